"""Every change keeps what was there before, can be brought back, and that can be undone as well."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.paths import HUBS
from hubapp.tenancy import brand, editing, errors, pages, queries, services, versions
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.brand import Brand, Front
from hubapp.tenancy.models import Hub, HubLogo
from hubapp.tenancy.packs import load
from hubapp.tenancy.pages import PageText, Writing
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub

LATER = NOW + timedelta(days=3)
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>'
BY = {"actor": SYSTEM, "now": LATER}


@pytest.fixture
def hub_id(app: HubFlask) -> int:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        return services.open_hub(pack=load.by_slug(HUBS, "lyon"), actor=SYSTEM, now=NOW)


def looks(hub_id: int, logo: bytes | None = None, **changes: Any) -> Brand:
    queries.forget()
    view = queries.hub_view(hub_id)
    name, css = changes.pop("name", view.name), queries.look(hub_id).theme_css
    return Brand(name, view.place, {**view.theme, **changes}, css, logo)


def numbers(part: str, subject: str = "") -> list[tuple[int, str]]:
    return [(pair.version.number, pair.version.act) for pair in versions.versions(part, subject)]


def back(part: str, number: int, subject: str = "", **given: Any) -> int:
    found = next(pair.version for pair in versions.versions(part, subject) if pair.version.number == number)
    return versions.bring_back(version_id=found.id, **BY, **given)


def test_the_first_change_keeps_what_the_hub_began_with(app: HubFlask, hub_id: int) -> None:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        began = versions.present("brand")
        brand.edit_brand(brand=looks(hub_id, radius=3), **BY)
        pair = versions.newest("brand")
        assert pair is not None
        assert pair.before is not None
        assert (pair.before.content, pair.before.at, pair.before.by_name) == (began, NOW, "")
        assert (pair.version.content, pair.version.at, pair.version.by_name) == (
            versions.present("brand"), LATER, "system",
        )  # fmt: skip


def test_an_undo_can_be_undone(app: HubFlask, hub_id: int) -> None:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        began = versions.present("brand")
        brand.edit_brand(brand=looks(hub_id, DRAWING, primary="#7a1f5c", name="Atelier"), **BY)
        edited = versions.present("brand")
        assert back("brand", 1) == 3
        assert versions.present("brand") == began
        assert back("brand", 2) == 4
        assert versions.present("brand") == edited
        assert queries.logo_of(hub_id) == (DRAWING, brand.SVG)
        assert numbers("brand") == [(4, "restore"), (3, "restore"), (2, "edit"), (1, "found")]
        queries.forget()
        assert queries.hub_view(hub_id).home["texts"]["fr"]["name"] == "Atelier"


def test_a_page_comes_back_in_all_its_languages_and_in_its_place_in_the_menu(app: HubFlask, hub_id: int) -> None:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        slug, began = "how-we-work", versions.present("page", "how-we-work")
        assert set(began["texts"]) == {"fr", "en"}
        assert began["nav"] is not None
        pages.remove_page(slug=slug, **BY)
        assert versions.removed_pages() == [slug]
        back("page", 1, slug)
        assert versions.present("page", slug) == began
        assert versions.removed_pages() == []
        back("page", 2, slug)  # what was undone is done again
        assert versions.present("page", slug) == {"texts": {}, "nav": None}
        assert versions.removed_pages() == [slug]


def test_the_front_page_and_the_first_steps_come_back_whole(app: HubFlask, hub_id: int) -> None:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        front, steps = versions.present("front"), versions.present("steps")
        texts = {"fr": {"promise": "Tout autre."}, "en": {"promise": "All else."}}
        brand.edit_front(front=Front(("about", "hero"), texts, {"fr": {"market": "le comptoir"}}), **BY)
        brand.edit_steps(steps={"fr": {"hello": "Dites bonjour"}, "en": {"hello": ""}}, **BY)
        assert versions.present("front") != front
        assert back("front", 1) == 3
        assert back("steps", 1) == 3
        assert (versions.present("front"), versions.present("steps")) == (front, steps)


def test_what_changed_elsewhere_is_kept_before_it_is_written_over(app: HubFlask, hub_id: int) -> None:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        brand.edit_words(words={"fr": {"market": "le comptoir"}}, **BY)
        db.session.execute(
            text("UPDATE hub SET words = jsonb_set(words, '{fr,market}', '\"le quai\"') WHERE id = :i"), {"i": hub_id}
        )
        db.session.expire_all()
        brand.edit_words(words={"fr": {"market": "la halle"}}, **BY)
        words = [pair.version.content["words"]["fr"]["market"] for pair in versions.versions("front")]
        assert words[:3] == ["la halle", "le quai", "le comptoir"]
        assert numbers("front")[1] == (3, "found")


def test_saving_the_same_again_is_no_version(app: HubFlask, hub_id: int) -> None:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        assert brand.edit_brand(brand=looks(hub_id), **BY) == 0
        assert numbers("brand") == []


def test_a_new_name_is_a_version_of_the_front_page_too(app: HubFlask, hub_id: int) -> None:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        brand.edit_brand(brand=looks(hub_id, name="Atelier"), **BY)
        assert numbers("front") == [(2, "edit"), (1, "found")]
        with pytest.raises(errors.ChangedMeanwhile):
            brand.edit_front(front=Front(("hero",), {}), version=0, **BY)


def test_who_brings_back_from_an_old_list_is_told(app: HubFlask, hub_id: int) -> None:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        for radius in (5, 6):
            brand.edit_brand(brand=looks(hub_id, radius=radius), **BY)
        with pytest.raises(errors.ChangedMeanwhile):
            back("brand", 1, seen=2)
        assert back("brand", 1, seen=3) == 4


def test_what_is_switched_off_since_an_old_front_page_comes_back_out_of_sight(app: HubFlask, hub_id: int) -> None:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        brand.edit_front(front=Front(("hero", "members", "about"), {}), **BY)
        brand.edit_front(front=Front(("hero",), {}), **BY)
        brand.edit_switches(switches={"members_directory": False, "needs": False}, **BY)
        with pytest.raises(errors.FieldRefused):
            brand.edit_front(front=Front(("members",), {}), **BY)  # nothing would be left to see
        back("front", 2)
        assert versions.present("front")["sections"] == ["hero", "members", "about"]


def test_switches_have_versions_and_come_back_whole(app: HubFlask, hub_id: int) -> None:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        began = versions.present("switches")
        assert brand.edit_switches(switches={"messages": False}, **BY) == 2
        assert brand.edit_switches(switches={"messages": False}, **BY) == 2
        assert brand.edit_switches(switches={"events": False}, version=2, **BY) == 3
        assert numbers("switches") == [(3, "edit"), (2, "edit"), (1, "found")]
        with pytest.raises(errors.ChangedMeanwhile):
            brand.edit_switches(switches={"events": True}, version=2, **BY)
        assert back("switches", 1) == 4
        assert versions.present("switches") == began
        with pytest.raises(errors.FieldRefused):
            brand.edit_switches(switches={"no_such": True}, **BY)


def test_switches_from_before_one_needed_another_come_back_as_they_showed(app: HubFlask, hub_id: int) -> None:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        db.session.get_one(Hub, hub_id).features = {"members_directory": False, "needs": True}
        assert brand.edit_switches(switches={"members_directory": True}, **BY) == 2
        assert back("switches", 1) == 3
        now = versions.present("switches")
        assert (now["members_directory"], now["needs"]) == (False, False)


def test_a_language_may_stay_empty_but_not_the_one_that_is_needed(app: HubFlask, hub_id: int) -> None:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        none, some = PageText("", ""), PageText("T", "b")
        pages.write_page(writing=Writing("hours", {"fr": some, "en": none}), **BY)
        assert set(versions.present("page", "hours")["texts"]) == {"fr"}
        for slug, texts in (("hours", {"fr": none, "en": none}), ("terms", {"fr": none, "en": some})):
            with pytest.raises(errors.FieldRefused) as refused:
                pages.write_page(writing=Writing(slug, texts), **BY)
            assert refused.value.field == "title-fr"


def test_versions_page_by_their_number_and_stay_in_their_hub(app: HubFlask, hub_id: int) -> None:
    with app.app_context():
        other = make_hub("other")
        with hub_scope(hub_id), unit_of_work():
            for radius in range(5):
                brand.edit_brand(brand=looks(hub_id, radius=radius), **BY)
            first = versions.versions("brand", limit=2)
            second = versions.versions("brand", below=first[-1].version.number, limit=2)
            assert [pair.version.number for pair in (*first, *second)] == [6, 5, 4, 3]
            assert first[-1].before == second[0].version
            foreign = first[0].version.id
            digest = editing.keep_logo(DRAWING, now=NOW)
        with hub_scope(other), unit_of_work():
            assert versions.versions("brand") == []
            assert editing.kept_logo(digest) is None
            with pytest.raises(errors.NoSuchVersion):
                versions.bring_back(version_id=foreign, **BY)


def test_a_version_cannot_be_rewritten(app: HubFlask, hub_id: int) -> None:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        brand.edit_brand(brand=looks(hub_id, radius=3), **BY)
        for statement in ("UPDATE hub_version SET by_name = 'x'", "DELETE FROM hub_version"):
            with pytest.raises(ProgrammingError, match="permission denied"), db.session.begin_nested():
                db.session.execute(text(statement))


def test_drawings_stay_while_a_version_needs_them(app: HubFlask, hub_id: int) -> None:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        brand.edit_brand(brand=looks(hub_id, DRAWING), actor=SYSTEM, now=NOW)
        editing.keep_logo(DRAWING.replace(b"1", b"2"), now=NOW)  # only looked at
        assert db.session.scalar(select(func.count()).select_from(HubLogo)) == 3
        brand.edit_brand(brand=looks(hub_id, b""), **BY)
        assert db.session.scalar(select(func.count()).select_from(HubLogo)) == 2
        back("brand", 2)
        assert queries.logo_of(hub_id) == (DRAWING, brand.SVG)
