"""Search shows everybody what they may read elsewhere, and nothing else: each area, each rule, each language."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from hubapp.community.conversations import services as talk
from hubapp.community.gatherings import services as gatherings
from hubapp.kernel.db import db
from hubapp.market.catalogue import services as catalogue
from hubapp.people.membership import services as membership
from hubapp.people.membership import standing
from hubapp.people.profiles import services as profiles
from hubapp.tenancy import pages
from hubapp.tenancy.audit import Actor
from hubapp.web.areas import HubFlask
from tests.factories.accounts import make_account
from tests.factories.gatherings import make_gathering
from tests.factories.hubs import NOW
from tests.factories.market import make_listing
from tests.factories.searching import EVERYTHING, Shelf, make_shelf, tell
from tests.factories.talk import answer, say
from tests.support.browsing import Browser

MO = Actor(UUID(int=9), "Mo")


@pytest.fixture
def shelf(app: HubFlask) -> Shelf:
    return make_shelf(app)


def test_a_member_finds_everything(shelf: Shelf) -> None:
    assert shelf.found(shelf.ben) == EVERYTHING


@pytest.mark.parametrize("area", list(EVERYTHING))
def test_one_area_alone(shelf: Shelf, area: str) -> None:
    assert shelf.found(shelf.ben, **{"in": area}) == {area: EVERYTHING[area]}


def test_a_visitor_finds_neither_conversations_nor_members(shelf: Shelf) -> None:
    open_to_all = {area: EVERYTHING[area] for area in ("gatherings", "market", "pages")}
    assert shelf.found(None) == open_to_all
    assert shelf.found(None, **{"in": "members"}) == open_to_all
    with shelf.app.app_context():
        stranger = make_account("Sam")
    assert "Quince harvest" not in Browser(shelf.app, shelf.hub_id, stranger).get("/search?q=quince").text


def test_visitors_find_conversations_where_the_hub_opened_them(app: HubFlask) -> None:
    shelf = make_shelf(app, features={"open_conversations": True})
    assert shelf.found(None)["conversations"] == EVERYTHING["conversations"]
    assert "members" not in shelf.found(None)


@pytest.mark.parametrize(
    ("feature", "area"),
    [("conversations", "conversations"), ("events", "gatherings"), ("members_directory", "members")],
)
def test_an_area_that_is_switched_off_does_not_show(app: HubFlask, feature: str, area: str) -> None:
    shelf = make_shelf(app, features={feature: False})
    assert shelf.found(shelf.maud) == {key: some for key, some in EVERYTHING.items() if key != area}
    assert f"in={area}" not in shelf.as_(shelf.maud).get("/search?q=quince").text


def _hide_post(shelf: Shelf) -> None:
    talk.hide(post_id=shelf.things["post"], comment_id=None, reason="No.", actor=MO, now=NOW)


def _hide_comment(shelf: Shelf) -> None:
    talk.hide(post_id=shelf.things["post"], comment_id=shelf.things["comment"], reason="No.", actor=MO, now=NOW)


def _delete_post(shelf: Shelf) -> None:
    talk.delete_post(post_id=shelf.things["post"], author_id=shelf.ann.account_id, now=NOW)


def _delete_comment(shelf: Shelf) -> None:
    talk.delete_comment(
        post_id=shelf.things["post"], comment_id=shelf.things["comment"], author_id=shelf.ben.account_id, now=NOW
    )


def _block_author(shelf: Shelf) -> None:
    profiles.block(account_id=shelf.maud.account_id, blocked_id=shelf.ann.account_id, now=NOW)


def _blocked_by_her(shelf: Shelf) -> None:
    profiles.block(account_id=shelf.ann.account_id, blocked_id=shelf.maud.account_id, now=NOW)


def _hide_gathering(shelf: Shelf) -> None:
    gatherings.hide_gathering(gathering_id=shelf.things["gathering"], reason="No.", actor=MO, now=NOW)


def _cancel_gathering(shelf: Shelf) -> None:
    gatherings.cancel_gathering(gathering_id=shelf.things["gathering"], reason="Rain.", with_following=False, now=NOW)


def _withdraw(shelf: Shelf) -> None:
    catalogue.withdraw(listing_id=shelf.things["listing"], seller_id=shelf.ann.account_id, now=NOW)


def _take_down(shelf: Shelf) -> None:
    catalogue.take_down(listing_id=shelf.things["listing"], reason="No.", actor=MO, now=NOW)


def _hide_profile(shelf: Shelf) -> None:
    standing.hide_profile(membership_id=shelf.ann.id, reason="No.", actor=MO, now=NOW)


def _unlist(shelf: Shelf) -> None:
    tell(shelf.ann, "quince trees", is_listed=False)


def _tell_nobody(shelf: Shelf) -> None:
    tell(shelf.ann, "quince trees", audience="nobody")


def _tell_connector(shelf: Shelf) -> None:
    tell(shelf.ann, "quince trees", audience="connector")


def _suspend(shelf: Shelf) -> None:
    standing.suspend(membership_id=shelf.ann.id, reason="No.", actor=MO, now=NOW)


def _remove_page(shelf: Shelf) -> None:
    pages.remove_page(slug="garden", actor=MO, now=NOW)


QUIET = ["Quince harvest"]
GONE: dict[str, tuple[Callable[[Shelf], None], dict[str, list[str]]]] = {
    "a hidden post and its answers": (_hide_post, {"conversations": []}),
    "a hidden answer": (_hide_comment, {"conversations": QUIET}),
    "a deleted post and its answers": (_delete_post, {"conversations": []}),
    "a deleted answer": (_delete_comment, {"conversations": QUIET}),
    "what somebody wrote whom the reader has blocked": (_block_author, {"conversations": [], "members": []}),
    "a member who has blocked the reader": (_blocked_by_her, {"members": []}),
    "a hidden gathering": (_hide_gathering, {"gatherings": []}),
    "a canceled gathering": (_cancel_gathering, {"gatherings": []}),
    "a withdrawn listing": (_withdraw, {"market": []}),
    "a listing taken down": (_take_down, {"market": []}),
    "a hidden profile": (_hide_profile, {"members": []}),
    "a member who is not listed": (_unlist, {"members": []}),
    "what a member tells nobody": (_tell_nobody, {"members": []}),
    "a suspended member": (_suspend, {"members": []}),
    "a removed page": (_remove_page, {"pages": []}),
}


@pytest.mark.parametrize("what", list(GONE))
def test_what_is_out_of_sight_is_not_found_even_by_the_connector(shelf: Shelf, what: str) -> None:
    act, left = GONE[what]
    shelf.inside(lambda: act(shelf))
    expected = {area: left.get(area, some) for area, some in EVERYTHING.items()}
    assert shelf.found(shelf.maud) == {area: some for area, some in expected.items() if some}


def test_what_is_for_the_connector_is_found_by_the_connector_alone(shelf: Shelf) -> None:
    shelf.inside(lambda: _tell_connector(shelf))
    assert "members" in shelf.found(shelf.maud)
    assert "members" not in shelf.found(shelf.ben)


def test_texts_that_wait_and_drafts_are_not_found(shelf: Shelf) -> None:
    def write() -> None:
        talk.choose_first_held(first_held=9, actor=MO, now=NOW)
        db.session.flush()
        say(shelf.ben.account_id, "Zucchini held", title="Zucchini held")
        make_gathering(title="Zucchini draft", is_published=False)
        make_listing(title="Zucchini draft", status="draft", seller_account_id=shelf.ben.account_id)

    shelf.inside(write)
    for person in (shelf.ben, shelf.maud, None):
        assert shelf.found(person, "zucchini") == {}


def test_a_suspended_reader_finds_what_they_may_read(shelf: Shelf) -> None:
    shelf.inside(lambda: standing.suspend(membership_id=shelf.ben.id, reason="No.", actor=MO, now=NOW))
    assert shelf.found(shelf.ben) == EVERYTHING


def test_whoever_left_finds_what_a_visitor_finds(shelf: Shelf) -> None:
    shelf.inside(lambda: membership.leave(account_id=shelf.ben.account_id, now=NOW))
    assert shelf.found(shelf.ben) == shelf.found(None)


def test_another_hub_finds_nothing_of_it(shelf: Shelf) -> None:
    other = make_shelf(shelf.app, "nairobi")
    other.inside(lambda: make_listing(title="Quince only here"))
    assert "Quince only here" in other.found(other.ben)["market"]
    assert shelf.found(shelf.ben) == EVERYTHING


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Atelier vélo d'été", "velo ete"),
        ("Atelier velo", "VÉLO"),
        ("L’œuvre de Zoé", "oeuvre zoe"),
        ("خُبْز الشعير", "خبز"),
        ("الخبز الطازج", "خبز"),
        ("خبز طازج", "الخبز"),
        ("مدرسة الأحد", "مدرسه احد"),
        ("Straßenfest", "strasse"),
        ("Repair café 2026", "caf 2026"),
        ("co-op/market", "co-op"),
        ("co-op/market", "market"),
        ("3D printing", "3d print"),
    ],
)
def test_accents_articles_and_endings_do_not_matter(shelf: Shelf, title: str, typed: str) -> None:
    shelf.inside(lambda: make_listing(title=title, body_md=""))
    assert shelf.found(shelf.ben, typed)["market"] == [title.replace("'", "&#39;")]


@pytest.mark.parametrize(
    ("typed", "area", "title"),
    [
        ("quincee jely", "market", "Quince jelly"),
        ("Harvset quince", "conversations", "Quince harvest"),
        ("coking quinces", "gatherings", "Cooking quinces"),
        ("gardenn", "pages", "Our quince garden"),
        ("Mauud", "members", "Maud"),
    ],
)
def test_a_slip_finds_what_is_called_nearly_so(shelf: Shelf, typed: str, area: str, title: str) -> None:
    assert title in shelf.found(shelf.ben, typed)[area]
    assert "called nearly so" in shelf.as_(shelf.ben).get("/search", query_string={"q": typed}).text


def test_what_is_called_nearly_so_keeps_the_same_rules(shelf: Shelf) -> None:
    shelf.inside(lambda: _hide_profile(shelf))
    shelf.inside(lambda: _hide_post(shelf))
    shelf.inside(lambda: _take_down(shelf))
    assert set(shelf.found(shelf.ben, "quimce")) <= {"gatherings", "pages"}
    assert set(shelf.found(None, "quimce harvst")) <= {"gatherings", "pages"}
    assert shelf.found(None, "Mauud") == {}


def test_titles_come_before_texts_and_new_before_old(shelf: Shelf) -> None:
    def fill() -> None:
        make_listing(title="Damson jam", body_md="")
        make_listing(title="Damson cake", body_md="")
        make_listing(title="Bread", body_md="Good with damson.")

    shelf.inside(fill)
    assert shelf.found(shelf.ben, "damson")["market"] == ["Damson cake", "Damson jam", "Bread"]


def test_an_answer_leads_to_its_place_in_the_conversation(shelf: Shelf) -> None:
    post, comment = shelf.things["post"], shelf.things["comment"]
    page = shelf.as_(shelf.ben).get("/search?q=jelly&in=conversations").text
    assert f"/feed/{post}?start={comment}#c-{comment}" in page
    assert "I make <mark>jelly</mark> of quince." in page


def test_a_page_is_found_in_the_language_in_which_it_is_shown(shelf: Shelf) -> None:
    def write() -> None:
        pages.save_page(slug="tool", locale="en", title="Toolshed", body="Drills.", actor=MO, now=NOW)
        pages.save_page(slug="tool", locale="fr", title="Outils", body="Perceuses.", actor=MO, now=NOW)

    shelf.inside(write)
    assert shelf.found(None, "drills") == {"pages": ["Toolshed"]}
    assert shelf.found(None, "perceuses") == {}


def test_more_answers_do_not_hide_titles(shelf: Shelf) -> None:
    shelf.inside(lambda: [answer(shelf.things["post"], shelf.ben.account_id, f"quince {n}") for n in range(9)])
    shown = shelf.found(shelf.ann)["conversations"]
    assert shown[0] == "Quince harvest"
    assert "All 11 in Conversations" in shelf.as_(shelf.ann).get("/search?q=quince").text
