"""Listings by their sellers: written, changed, published, withdrawn, taken down, found."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from hubapp.kernel import folding
from hubapp.kernel.db import unit_of_work
from hubapp.market.catalogue import finding, queries, services
from hubapp.market.catalogue.errors import (
    HubsOnly,
    MembersOnly,
    NoSuchListing,
    NotMonthly,
    TakenDown,
    TooFew,
    UnknownTaxCategory,
)
from hubapp.market.catalogue.models import Listing
from hubapp.people.accounts.errors import TooManyAttempts
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.accounts import make_account
from tests.factories.hubs import NOW, make_hub
from tests.factories.market import RATES, listing_text, make_listing
from tests.factories.members import make_member
from tests.support.browsing import Browser


def write(seller_id: UUID | None, **values: object) -> Listing:
    return services.create_listing(seller_id=seller_id, text=listing_text(**values), tax_rates=RATES, now=NOW)


def test_a_draft_is_not_on_the_market_until_it_is_published(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        seller = make_member(hub_id).account_id
        with hub_scope(hub_id), unit_of_work():
            listing = write(seller)
            assert not queries.market().listings
            services.publish(listing_id=listing.id, seller_id=seller, now=NOW)
            assert [row.id for row in queries.market().listings] == [listing.id]
            services.withdraw(listing_id=listing.id, seller_id=seller, now=NOW)
            assert not queries.market().listings


def test_only_members_sell(app: HubFlask) -> None:
    with app.app_context():
        hub_id, stranger = make_hub(), make_account()
        with hub_scope(hub_id), unit_of_work(), pytest.raises(MembersOnly):
            write(stranger)


def test_a_tax_category_is_one_of_the_hubs(app: HubFlask) -> None:
    with app.app_context(), hub_scope(make_hub()), unit_of_work(), pytest.raises(UnknownTaxCategory):
        write(None, tax_category="invented")


def test_memberships_are_the_hubs_own_and_monthly(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        seller = make_member(hub_id).account_id
        with hub_scope(hub_id), unit_of_work():
            own = write(None, kind="membership")
            assert (own.is_monthly, own.is_sold_singly) == (True, False)
            with pytest.raises(HubsOnly):
                write(seller, kind="membership")


def test_a_place_is_at_one_time_only(app: HubFlask) -> None:
    with app.app_context(), hub_scope(make_hub()), unit_of_work():
        assert write(None, is_monthly=True).is_sold_singly
        with pytest.raises(NotMonthly):
            write(None, kind="place", is_monthly=True)


def test_what_sold_while_the_form_stood_open_stays_sold(app: HubFlask) -> None:
    with app.app_context(), hub_scope(make_hub()), unit_of_work():
        listing = make_listing(stock=5)
        listing.sold = 2
        edit = {"listing_id": listing.id, "seller_id": None, "tax_rates": RATES, "now": NOW}
        services.edit_listing(text=listing_text(left=5), left_was=5, **edit)
        assert listing.left == 3
        with pytest.raises(TooFew):
            services.edit_listing(text=listing_text(left=0), left_was=5, **edit)


def test_nobody_edits_what_is_not_theirs(app: HubFlask) -> None:
    with app.app_context():
        one, two = make_hub("one"), make_hub("two")
        seller = make_member(one).account_id
        with hub_scope(one), unit_of_work():
            listing_id = make_listing(seller_account_id=seller).id
            with pytest.raises(NoSuchListing):
                services.withdraw(listing_id=listing_id, seller_id=None, now=NOW)
        with hub_scope(two), unit_of_work(), pytest.raises(NoSuchListing):
            services.withdraw(listing_id=listing_id, seller_id=seller, now=NOW)


def test_what_the_hub_takes_down_stays_down(app: HubFlask) -> None:
    with app.app_context(), hub_scope(make_hub()), unit_of_work():
        listing = make_listing()
        services.take_down(listing_id=listing.id, reason="Not what it says.", actor=SYSTEM, now=NOW)
        with pytest.raises(TakenDown, match="Not what it says"):
            services.publish(listing_id=listing.id, seller_id=None, now=NOW)


def found(typed: str, **given: Any) -> finding.Page:
    """What the market's own search shows."""
    return finding.page(folding.words_in(typed), **given)


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [("waln", True), ("OIL walnut", True), ("cold", True), ("Wálnüt", True), ("nut", False), ("50% _", False)],
)
def test_search_finds_beginnings_of_words_in_title_and_text(app: HubFlask, typed: str, is_found: bool) -> None:
    with app.app_context(), hub_scope(make_hub()), unit_of_work():
        make_listing()
        assert bool(found(typed).listings) is is_found


@pytest.mark.parametrize("typed", ["'", "a & | b", ":*", "\\", "%", "x" * 5000, "\x00", "🫒"])
def test_odd_searches_find_nothing_and_break_nothing(app: HubFlask, typed: str) -> None:
    with app.app_context(), hub_scope(make_hub()), unit_of_work():
        make_listing()
        assert not found(typed).listings


def test_search_stays_in_its_hub_and_its_kind(app: HubFlask) -> None:
    with app.app_context():
        one, two = make_hub("one"), make_hub("two")
        with hub_scope(one), unit_of_work():
            make_listing()
            assert found("walnut", kind="product").listings
            assert not found("walnut", kind="place").listings
        with hub_scope(two), unit_of_work():
            assert not found("walnut").listings


def test_pages_follow_each_other_without_gaps_or_doubles(app: HubFlask) -> None:
    with app.app_context(), hub_scope(make_hub()), unit_of_work():
        made = [make_listing().id for _ in range(5)]
        seen, before = [], None
        for _ in range(3):
            page = queries.market(before=before, limit=2)
            seen += [row.id for row in page.listings]
            before = page.next_before
        assert (seen, before) == (made[::-1], None)


def test_pages_of_a_search_go_on_after_the_titles_with_the_texts(app: HubFlask) -> None:
    with app.app_context(), hub_scope(make_hub()), unit_of_work():
        told = [make_listing(title=f"Jar {number}", body_md="Of walnuts.").id for number in range(3)]
        titled = [make_listing(title=f"Walnut bread {number}").id for number in range(2)]
        seen, after = [], None
        for _ in range(3):
            page = found("walnut", after=after, limit=2)
            seen += [row.id for row in page.listings]
            after = page.last
        assert (seen, after) == (titled[::-1] + told[::-1], None)


def test_an_address_from_before_still_leads_on(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub("lyon")
        with hub_scope(hub_id), unit_of_work():
            old, new = (make_listing(title=f"Walnut bread {number}").id for number in range(2))
    page = Browser(app, hub_id).get(f"/market?q=walnut&before={new}").text
    assert f"/market/{old}" in page
    assert f"/market/{new}" not in page


@pytest.mark.parametrize("search", ["", "&q=walnut"])
def test_the_first_page_is_the_first_whatever_nonsense_asks_for_it(app: HubFlask, search: str) -> None:
    with app.app_context():
        hub_id = make_hub("lyon")
        with hub_scope(hub_id), unit_of_work():
            listings = [make_listing(title=f"Walnut bread {number}") for number in range(2 * queries.PAGE)]
            later = listings[-2].id
    browser = Browser(app, hub_id)
    assert 'rel="prev"' not in browser.get(f"/market?before=nonsense{search}").text
    assert 'rel="prev"' in browser.get(f"/market?before={later}{search}").text


ARABIC = [("سجاد", True), ("السجاد", True), ("سِجَّاد", True), ("والسجاد", True), ("زيت", False)]


@pytest.mark.parametrize(("typed", "is_found"), ARABIC)
def test_the_market_finds_what_the_hubs_search_finds_whatever_the_script(
    app: HubFlask, typed: str, is_found: bool
) -> None:
    with app.app_context():
        hub_id = make_hub("tunis")
        with hub_scope(hub_id), unit_of_work():
            listing_id = make_listing(title="سجّاد من الصوف", body_md="").id
    for path in ("/market", "/search"):
        page = Browser(app, hub_id).get(path, query_string={"q": typed}).text
        assert (str(listing_id) in page.partition("<main")[2]) is is_found, path


def test_who_lists_without_end_is_slowed_down_and_the_core_is_not(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        seller, other = make_member(hub_id).account_id, make_member(hub_id).account_id
        with hub_scope(hub_id), unit_of_work():
            for _ in range(40):
                write(seller)
                write(None)
            with pytest.raises(TooManyAttempts):
                write(seller)
            assert write(other)
            assert write(None)
