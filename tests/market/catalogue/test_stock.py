"""Stock is taken once: under locks, with the database's own check behind them."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from hubapp.kernel.db import db, unit_of_work
from hubapp.market.catalogue.errors import NoSuchListing, NotForSale, OutOfStock
from hubapp.market.catalogue.models import Listing
from hubapp.market.catalogue.services import stock
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.conftest import Live
from tests.factories.hubs import make_hub
from tests.factories.market import make_listing
from tests.factories.races import meeting, together, without_lock


def counts(listing_id: UUID) -> tuple[int, int]:
    listing = db.session.scalars(select(Listing).where(Listing.id == listing_id)).one()
    return listing.reserved, listing.sold


def reserve(lines: dict[UUID, int]) -> None:
    """As ordering does it: look, with the rows locked, then take."""
    stock.reserve(offered=stock.offer(lines=lines), lines=lines)
    db.session.flush()


def test_what_is_reserved_is_not_left(app: HubFlask) -> None:
    with app.app_context(), hub_scope(make_hub()), unit_of_work():
        listing = make_listing(stock=5, sold=1)
        reserve({listing.id: 3})
        assert (listing.left, listing.reserved) == (1, 3)


def test_more_than_is_left_is_refused_in_words(app: HubFlask) -> None:
    with app.app_context(), hub_scope(make_hub()), unit_of_work():
        listing = make_listing(stock=5, sold=3)
        with pytest.raises(OutOfStock, match=r"^Only 2 of Walnut oil left.$"):
            reserve({listing.id: 3})


def test_a_refusal_reserves_nothing_of_the_other_lines(app: HubFlask) -> None:
    with app.app_context(), hub_scope(make_hub()), unit_of_work():
        plenty, scarce = make_listing(stock=9), make_listing(stock=1)
        with pytest.raises(OutOfStock):
            reserve({plenty.id: 1, scarce.id: 2})
        assert (plenty.reserved, scarce.reserved) == (0, 0)


def test_no_stock_means_no_limit(app: HubFlask) -> None:
    with app.app_context(), hub_scope(make_hub()), unit_of_work():
        listing = make_listing(stock=None)
        reserve({listing.id: 900})
        assert listing.left is None


def test_withdrawn_things_cannot_be_reserved(app: HubFlask) -> None:
    with app.app_context(), hub_scope(make_hub()), unit_of_work():
        listing = make_listing(status="withdrawn")
        with pytest.raises(NotForSale):
            reserve({listing.id: 1})


def test_another_hubs_listing_does_not_exist(app: HubFlask) -> None:
    with app.app_context():
        one, two = make_hub("one"), make_hub("two")
        with hub_scope(one), unit_of_work():
            listing_id = make_listing().id
        with hub_scope(two), unit_of_work(), pytest.raises(NoSuchListing):
            reserve({listing_id: 1})


def test_a_sale_then_its_return(app: HubFlask) -> None:
    with app.app_context(), hub_scope(make_hub()), unit_of_work():
        listing = make_listing(stock=2)
        reserve({listing.id: 2})
        stock.commit_sale(lines={listing.id: 2})
        assert (listing.reserved, listing.sold, listing.left) == (0, 2, 0)
        stock.restock(lines={listing.id: 2})
        assert (listing.sold, listing.left) == (0, 2)


def test_late_money_takes_only_what_is_still_there(app: HubFlask) -> None:
    with app.app_context(), hub_scope(make_hub()), unit_of_work():
        listing = make_listing(stock=2, sold=1)
        assert not stock.take_late(lines={listing.id: 2})
        assert stock.take_late(lines={listing.id: 1})
        assert listing.left == 0


def test_the_database_refuses_to_sell_more_than_there_is(app: HubFlask) -> None:
    with (
        app.app_context(),
        hub_scope(make_hub()),
        pytest.raises(IntegrityError, match="ck_listing_stock"),
        unit_of_work(),
    ):
        make_listing(stock=1, sold=1, reserved=1)


def race(live: Live) -> tuple[list[str], tuple[int, int]]:
    """Two buyers want the last one at the same moment; returns who was told what, and what the database holds.

    They meet after looking, as far as the lock lets them.
    """
    with live.app.app_context():
        hub_id = make_hub()
        with hub_scope(hub_id), unit_of_work():
            listing_id = make_listing(stock=1).id

    def buy() -> str:
        with live.app.app_context(), hub_scope(hub_id):
            try:
                with unit_of_work():
                    reserve({listing_id: 1})
            except OutOfStock as refusal:
                return str(refusal)
            except IntegrityError:
                return "an error of the database"
            return "bought"

    with meeting(live.app, lambda statement: "\nFROM listing " in statement):
        told = together(buy, buy)
    with live.app.app_context(), hub_scope(hub_id), unit_of_work():
        return sorted(told), counts(listing_id)


def test_of_two_buyers_of_the_last_one_the_other_is_told(live: Live) -> None:
    told, held = race(live)
    assert told == ["Walnut oil is sold out.", "bought"]
    assert held == (1, 0)


def test_without_the_lock_the_other_would_meet_an_error(live: Live) -> None:
    with without_lock("market.catalogue.services.stock.locked"):
        told, held = race(live)
    assert told == ["an error of the database", "bought"]  # nobody is told that it is sold out: what the lock is for
    assert held == (1, 0)
