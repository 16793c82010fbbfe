"""The page of results: whatever is typed, without JavaScript and as one types; paged by key; a fixed cost; a limit."""

from __future__ import annotations

import pytest

from hubapp.kernel import clock
from hubapp.people.accounts.services import throttle
from hubapp.web.areas import HubFlask
from tests.factories.market import make_listing
from tests.factories.searching import EVERYTHING, Shelf, make_shelf, titles_of
from tests.factories.talk import answer, say
from tests.support.queries import counted

HTMX = {"HX-Request": "true"}
# Each area looks and loads; two of them load something more; the frame of the page asks the rest.
BUDGET = 22


@pytest.fixture
def shelf(app: HubFlask) -> Shelf:
    return make_shelf(app)


NOTHING = ["' OR 1=1 --", "a:*&|!", "x" * 10_000, "   ", "\x00", "%", "\\", "🫒", "'';--", ":*", "<->"]


def test_whatever_is_typed_is_words_or_nothing(shelf: Shelf) -> None:
    for area in ("all", *EVERYTHING, "nonsense"):
        assert {typed: shelf.found(shelf.ben, typed, **{"in": area}) for typed in NOTHING} == {
            typed: {} for typed in NOTHING
        }
        for typed in ("\x00quince", "(quince", "quince:*", "quince'"):
            expected = {area: EVERYTHING[area]} if area in EVERYTHING else EVERYTHING
            assert shelf.found(shelf.ben, typed, **{"in": area}) == expected


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", '"><img src=x>'])
def test_what_was_typed_is_shown_as_words(shelf: Shelf, typed: str) -> None:
    page = shelf.as_(None).get("/search", query_string={"q": typed}).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_words_of_others_are_escaped_before_they_are_marked(shelf: Shelf) -> None:
    shelf.inside(lambda: make_listing(title="<b>Quince</b>", body_md="<script>quince()</script>"))
    page = shelf.as_(shelf.ben).get("/search?q=quince&in=market").text
    assert "&lt;b&gt;<mark>Quince</mark>&lt;/b&gt;" in page
    assert "<script>quince" not in page


def test_without_words_there_are_ways_on(shelf: Shelf) -> None:
    page = shelf.as_(shelf.ben).get("/search").text
    assert "Or look around" in page
    assert 'href="/market"' in page
    assert "two letters" in shelf.as_(shelf.ben).get("/search?q=a").text


def test_nothing_found_leads_to_the_network(shelf: Shelf) -> None:
    page = shelf.as_(shelf.ben).get("/search?q=xyzzyplugh").text
    assert "Nothing found" in page
    assert 'href="http://localhost:8000/search?q=xyzzyplugh"' in page


def test_as_one_types_only_the_results_come(shelf: Shelf) -> None:
    part = shelf.as_(shelf.ben).get("/search?q=quinc", headers=HTMX)
    assert "<html" not in part.text
    assert titles_of(part.text) == EVERYTHING
    assert 'hx-swap-oob="innerHTML"' in part.text
    fast = shelf.as_(shelf.ben).get("/search?q=quinc&fast=1", headers=HTMX).text
    assert fast.count("<li>") == 6
    assert "/search?q=quinc" in fast


def test_every_page_opens_the_search(shelf: Shelf) -> None:
    page = shelf.as_(shelf.ben).get("/market").text
    assert 'href="/search" data-open="search"' in page
    assert 'action="/search"' in page


def test_an_area_pages_by_key_without_gaps_or_doubles(shelf: Shelf) -> None:
    made = shelf.inside(
        lambda: [
            make_listing(title=f"Damson {n:02}" if n % 2 else f"Jam {n:02}", body_md="damson").title for n in range(45)
        ]
    )
    browser, seen, path = shelf.as_(shelf.ben), [], "/search?q=damson&in=market"
    for _page in range(4):
        page = browser.get(path).text
        seen += titles_of(page)["market"]
        if 'rel="next"' not in page:
            break
        path = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    titled = [title for title in reversed(made) if title.startswith("Damson")]
    assert seen == titled + [title for title in reversed(made) if title.startswith("Jam")]


def test_conversations_page_by_key_over_posts_and_answers(shelf: Shelf) -> None:
    def fill() -> None:
        post = say(shelf.ann.account_id, "damson text", title="Damson title")
        for number in range(30):
            answer(post.id, shelf.ann.account_id, f"damson answer {number}")

    shelf.inside(fill)
    browser = shelf.as_(shelf.ben)
    first = browser.get("/search?q=damson&in=conversations").text
    path = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = browser.get(path).text
    assert "damson answer 29" in first.replace("<mark>", "").replace("</mark>", "")
    assert len(titles_of(first)["conversations"]) == 20
    assert len(titles_of(second)["conversations"]) == 11


@pytest.mark.parametrize("after", ["x", "9~~", "0~~nope", "0~2026-01-01~01890000-0000-7000-8000-000000000000", "~~~~"])
def test_a_key_of_nonsense_begins_at_the_top(shelf: Shelf, after: str) -> None:
    for area, titles in EVERYTHING.items():
        assert shelf.found(shelf.ben, **{"in": area, "after": after}) == {area: titles}


def test_a_search_asks_a_fixed_number_of_queries(shelf: Shelf) -> None:
    browser = shelf.as_(shelf.ben)
    browser.get("/search?q=quince")

    def asked(path: str) -> int:
        with counted() as statements:
            browser.get(path)
        return len(statements)

    before = asked("/search?q=quince")
    shelf.inside(
        lambda: (
            [make_listing(title=f"Quince {n}", seller_account_id=shelf.ben.account_id) for n in range(8)]
            and [say(shelf.ann.account_id, f"quince {n}") for n in range(8)]
        )
    )
    # Four posts are shown now instead of a post and an answer, which needs its post.
    assert asked("/search?q=quince") <= before <= BUDGET
    assert asked("/search?q=quince&in=market") <= BUDGET - 6
    assert asked("/search?q=xyzzyplugh") <= BUDGET


def test_too_many_searches_have_to_wait(shelf: Shelf) -> None:
    allowed = throttle.RULES["search account"].attempts

    def search() -> None:
        for _ in range(allowed):
            throttle.limit(kind="search account", subject=str(shelf.ben.account_id), now=clock.wall())

    shelf.inside(search)
    assert shelf.as_(shelf.ben).get("/search?q=quince").status_code == 429
    assert shelf.as_(shelf.ben).get("/search").status_code == 200
    assert shelf.as_(shelf.ann).get("/search?q=quince").status_code == 200
