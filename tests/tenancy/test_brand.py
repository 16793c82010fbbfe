"""A brand is refused field by field; words, sections and pages stay within limits and within their hub."""

from __future__ import annotations

import pytest

from hubapp.kernel.db import unit_of_work
from hubapp.kernel.paths import HUBS
from hubapp.tenancy import brand, errors, pages, queries, services
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.brand import Brand
from hubapp.tenancy.markdown import TextTooLong
from hubapp.tenancy.packs import load
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub


@pytest.fixture
def hub_id(app: HubFlask) -> int:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        return services.open_hub(pack=load.by_slug(HUBS, "lyon"), actor=SYSTEM, now=NOW)


def brand_of(hub_id: int, **changes: object) -> Brand:
    theme = {**queries.hub_view(hub_id).theme, **changes}
    return Brand("L'Établi", "Lyon", theme)


def test_each_wrong_value_is_named_at_its_field(app: HubFlask, hub_id: int) -> None:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        wrong = Brand(
            " ",
            "Lyon",
            brand_of(hub_id, primary="#ffe680", radius=99, font_pair="comic").theme,
            "body { color: red }",
            b"<svg>",
        )
        with pytest.raises(errors.BrandRefused) as refused:
            brand.edit_brand(brand=wrong, actor=SYSTEM, now=NOW)
        assert {refusal.field for refusal in refused.value.refusals} == {
            "name", "primary", "radius", "font_pair", "theme_css", "logo",
        }  # fmt: skip


def test_the_version_moves_with_every_change_and_guards_against_stale_forms(app: HubFlask, hub_id: int) -> None:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        changed = brand_of(hub_id, radius=3)
        assert brand.edit_brand(brand=changed, version=0, actor=SYSTEM, now=NOW) == 2  # 1 is what was there before
        assert queries.look(hub_id).version == 2
        with pytest.raises(errors.ChangedMeanwhile):
            brand.edit_brand(brand=changed, version=0, actor=SYSTEM, now=NOW)
        assert brand.edit_brand(brand=changed, version=2, actor=SYSTEM, now=NOW) == 2  # nothing changed


def test_a_logo_stays_until_it_is_replaced_or_removed(app: HubFlask, hub_id: int) -> None:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        brand.edit_brand(brand=brand_of(hub_id), actor=SYSTEM, now=NOW)
        assert queries.logo_of(hub_id) is not None
        without = brand_of(hub_id)
        brand.edit_brand(brand=Brand(without.name, without.place, without.theme, logo=b""), actor=SYSTEM, now=NOW)
        assert queries.logo_of(hub_id) is None


def test_an_edit_touches_the_hub_in_scope_only(app: HubFlask, hub_id: int) -> None:
    with app.app_context():
        other = make_hub("other")
        with hub_scope(hub_id), unit_of_work():
            brand.edit_words(words={"fr": {"market": "le comptoir"}}, actor=SYSTEM, now=NOW)
        with hub_scope(other), unit_of_work():
            assert queries.hub_view(other).word("market", "fr") is None
        queries.forget()
        with hub_scope(hub_id), unit_of_work():
            assert queries.hub_view(hub_id).word("market", "fr") == "le comptoir"


@pytest.mark.parametrize(
    ("slug", "locale", "title", "body", "field"),
    [
        ("shares", "fr", "T", "b", "slug"),
        ("../x", "fr", "T", "b", "slug"),
        ("ok", "de", "T", "b", "locale"),
        ("ok", "fr", "  ", "b", "title-fr"),
        ("ok", "fr", "T", "{{name}}", "body-fr"),
    ],
)
def test_a_page_is_refused_at_its_field(
    app: HubFlask, hub_id: int, slug: str, locale: str, title: str, body: str, field: str
) -> None:
    with app.app_context(), hub_scope(hub_id), unit_of_work(), pytest.raises(errors.FieldRefused) as refused:
        pages.save_page(slug=slug, locale=locale, title=title, body=body, actor=SYSTEM, now=NOW)
    assert refused.value.field == field


def test_a_text_of_ten_megabytes_is_refused_before_any_work(app: HubFlask, hub_id: int) -> None:
    with app.app_context(), hub_scope(hub_id), unit_of_work(), pytest.raises(TextTooLong):
        pages.save_page(slug="ok", locale="fr", title="T", body="x" * 10_000_000, actor=SYSTEM, now=NOW)


def test_a_removed_page_leaves_the_navigation(app: HubFlask, hub_id: int) -> None:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        pages.remove_page(slug="how-we-work", actor=SYSTEM, now=NOW)
        queries.forget()
        assert "page:how-we-work" not in queries.hub_view(hub_id).home["nav"]
        with pytest.raises(errors.PageProtected):
            pages.remove_page(slug="terms", actor=SYSTEM, now=NOW)
