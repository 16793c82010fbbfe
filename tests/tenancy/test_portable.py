"""A hub leaves as a pack and comes back as the same hub."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from hubapp.cli import main
from hubapp.kernel.db import unit_of_work
from hubapp.kernel.paths import HUBS
from hubapp.tenancy import brand, pages, portable, queries, services
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.packs import export, load
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def edit(hub_id: int) -> None:
    with hub_scope(hub_id), unit_of_work():
        hub = queries.hub_view(hub_id)
        theme = {**hub.theme, "primary": "#7a1f5c", "radius": 3}
        brand.edit_brand(
            brand=brand.Brand('A "new" name', hub.place, theme, ":root { --radius: 4px; }"), actor=SYSTEM, now=NOW
        )
        locale = hub.default_locale
        brand.edit_home(
            sections=("hero", "about"),
            texts={locale: {"promise": "Promise\nin two lines \\ 100 %"}},
            actor=SYSTEM,
            now=NOW,
        )
        brand.edit_words(words={locale: {"market": "the #1 shelf"}}, actor=SYSTEM, now=NOW)
        pages.save_page(slug="hours", locale=locale, title="Hours", body="# One\r\n\r\nTwo ", actor=SYSTEM, now=NOW)


@pytest.mark.parametrize("slug", ["lyon", "nairobi", "tunis"])
def test_what_was_edited_leaves_as_files_and_opens_as_the_same_hub(app: HubFlask, tmp_path: Path, slug: str) -> None:
    with app.app_context():
        with platform_scope(reason="test"), unit_of_work():
            hub_id = services.open_hub(pack=load.by_slug(HUBS, slug), actor=SYSTEM, now=NOW)
        edit(hub_id)
        with platform_scope(reason="test"), unit_of_work():
            before = portable.pack_of(hub_id)
            read = load.load(write(tmp_path / slug, export.files(before)))
            again = services.open_hub(pack=read, slug=f"{slug}-2", actor=SYSTEM, now=NOW) if not read.domains else None
            assert read == before
            assert before.theme.primary == "#7a1f5c"
            assert again is None or portable.pack_of(again).pages == before.pages


def test_an_unedited_hub_is_its_pack(app: HubFlask) -> None:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        pack = load.by_slug(HUBS, "nairobi")
        assert portable.pack_of(services.open_hub(pack=pack, actor=SYSTEM, now=NOW)) == pack


def test_the_packs_of_this_repository_are_fine() -> None:
    result = CliRunner().invoke(main, ["hubs", "check", str(HUBS)])
    assert (result.exit_code, result.output.endswith("packs are fine.\n")) == (0, True), result.output


def test_a_wrong_pack_is_named_by_file_and_key(tmp_path: Path) -> None:
    write(tmp_path / "odd", {"hub.toml": b'slug = "odd"\nname = 7\n'})
    result = CliRunner().invoke(main, ["hubs", "check", str(tmp_path)])
    assert result.exit_code == 1
    assert "odd/hub.toml: name: must be" in result.output


def test_wrong_usage_is_exit_2() -> None:
    assert CliRunner().invoke(main, ["hubs", "check", "/nowhere/at/all"]).exit_code == 2
    assert CliRunner().invoke(main, ["hubs", "add"]).exit_code == 2
