"""What the locks of listings prevent: somebody else comes between reading and writing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from hubapp.kernel.db import unit_of_work
from hubapp.kernel.files import Files, _open
from hubapp.market.catalogue import policies, queries, services
from hubapp.market.catalogue.errors import BadPicture, OutOfStock
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.hubs import NOW
from tests.factories.market import RATES, Shop, listing_text, make_shop
from tests.factories.races import overtaken, without_lock
from tests.market.catalogue.test_pictures import photo
from tests.market.catalogue.test_stock import reserve


@pytest.fixture
def shop(live: Live) -> Shop:
    with live.app.app_context():
        return make_shop(stock=5)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return _open(None, str(tmp_path / "files"))


def doing(live: Live, shop: Shop, act: Callable[[], Any]) -> Callable[[], Any]:
    def done() -> Any:
        with live.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
            return act()

    return done


def edit_while_it_sells(live: Live, shop: Shop) -> Any:
    """The seller has one left, they write, while somebody orders three; what those are told."""
    change: dict[str, Any] = {"text": listing_text(left=1), "left_was": 5, "tax_rates": RATES, "now": NOW}
    edit = doing(live, shop, lambda: services.edit_listing(listing_id=shop.listing_id, seller_id=shop.seller, **change))
    with overtaken(live.app, "listing", doing(live, shop, lambda: reserve({shop.listing_id: 3}))) as other:
        edit()
    return other.answer


def test_who_orders_more_than_the_seller_has_just_left_is_told(live: Live, shop: Shop) -> None:
    assert isinstance(edit_while_it_sells(live, shop), OutOfStock)


def test_without_the_listings_lock_the_seller_meets_an_error(live: Live, shop: Shop) -> None:
    """The form of a seller, who has done nothing wrong, would fail with the constraint's name."""
    unlocked = without_lock("market.catalogue.services.listings._locked")
    with unlocked, pytest.raises(IntegrityError, match="ck_listing_stock"):
        edit_while_it_sells(live, shop)


def show_two_more(live: Live, shop: Shop, files: Files) -> tuple[int, Any]:
    """Two pictures come at once where one more may; (how many there are, what the second was told)."""
    whose: dict[str, Any] = {"listing_id": shop.listing_id, "seller_id": shop.seller, "alt": "", "files": files}
    content = photo((40, 30))
    add = doing(live, shop, lambda: services.add_picture(**whose, content=content, now=NOW))
    for _ in range(policies.MOST_PICTURES - 1):
        add()
    with overtaken(live.app, "listing_image", add, patience=3) as other:
        add()
    return len(doing(live, shop, lambda: queries.pictures([shop.listing_id]))()[shop.listing_id]), other.answer


def test_a_listing_has_as_many_pictures_as_it_may(live: Live, shop: Shop, files: Files) -> None:
    shown, told = show_two_more(live, shop, files)
    assert shown == policies.MOST_PICTURES
    assert isinstance(told, BadPicture)


def test_without_the_listings_lock_it_has_more(live: Live, shop: Shop, files: Files) -> None:
    with without_lock("market.catalogue.services.pictures._refuse_others"):
        assert show_two_more(live, shop, files)[0] == policies.MOST_PICTURES + 1
