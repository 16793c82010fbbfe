"""What each lock of ordering prevents: somebody else comes between reading and writing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, SAWarning

from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.orders import basket_queries, services
from hubapp.market.orders.models import Checkout, Order
from hubapp.money.payments import disputes
from hubapp.tenancy import services as tenancy
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.platform import platform_scope
from tests.factories.hubs import NOW
from tests.factories.market import fill_basket, place, purchase
from tests.factories.races import overtaken, without_lock, without_turns
from tests.factories.stall import Stall


def doing(stall: Stall, act: Callable[[], Any]) -> Callable[[], Any]:
    def done() -> Any:
        with stall.scope():
            return act()

    return done


def in_basket(stall: Stall) -> int:
    with stall.scope():
        found = basket_queries.basket_of(account_id=stall.shop.buyer, basket_id=None)
        return sum(basket_queries.quantities(found.id).values()) if found is not None else 0


def order_twice(stall: Stall) -> int:
    """One basket is ordered in two windows at once; answers how many checkouts there are."""
    with stall.scope():
        wish = purchase(stall.shop, fill_basket(stall.shop))
    order = doing(stall, lambda: services.place_orders(purchase=wish, now=clock.now()))
    with overtaken(stall.till.app, "basket", order):
        order()
    with stall.scope():
        return len(db.session.scalars(select(Checkout)).all())


def test_a_basket_is_ordered_once(stall: Stall) -> None:
    assert order_twice(stall) == 1


def test_without_the_baskets_lock_the_second_window_meets_an_error(stall: Stall) -> None:
    unlocked = without_lock("market.orders.services.basket.locked_basket")
    with unlocked, pytest.raises(IntegrityError, match="uq_checkout"):
        order_twice(stall)


def put_in_twice(stall: Stall) -> int:
    """Two windows put one more into a basket that holds one; answers how many are in it."""
    with stall.scope():
        basket_id = fill_basket(stall.shop).id
    more = {"basket_id": basket_id, "listing_id": stall.shop.listing_id, "quantity": 1, "now": NOW}
    put = doing(stall, lambda: services.put_in_basket(**more))
    with overtaken(stall.till.app, "basket_line", put):
        put()
    return in_basket(stall)


def test_two_windows_put_in_two(stall: Stall) -> None:
    assert put_in_twice(stall) == 3


def test_without_the_baskets_lock_one_of_them_is_lost(stall: Stall) -> None:
    with without_lock("market.orders.services.basket._locked"):
        assert put_in_twice(stall) == 2


def restore_twice(stall: Stall) -> int:
    """Somebody comes back from the card page in two windows; answers how many are in the basket again."""
    with stall.scope():
        checkout_id = place(stall.shop, {stall.shop.listing_id: 2}, now=clock.now())
    back = doing(
        stall, lambda: services.restore_basket(checkout_id=checkout_id, buyer_id=stall.shop.buyer, now=clock.now())
    )
    with overtaken(stall.till.app, "checkout", back):
        back()
    return in_basket(stall)


def test_a_basket_is_restored_once(stall: Stall) -> None:
    assert restore_twice(stall) == 2


def test_without_the_checkouts_lock_it_comes_back_twofold(stall: Stall) -> None:
    with without_lock("market.orders.services.basket.restore_basket"):
        assert restore_twice(stall) == 4


def claim_twice(stall: Stall) -> list[int]:
    """Two people sign in on one machine at once; what each of them finds in the basket."""
    people = (stall.shop.buyer, stall.shop.connector)
    with stall.scope():
        loose = services.open_basket(account_id=None, basket_id=None, now=NOW).id
        services.put_in_basket(basket_id=loose, listing_id=stall.shop.listing_id, quantity=2, now=NOW)
    first, second = (
        doing(stall, lambda who=who: services.claim_basket(basket_id=loose, account_id=who, now=NOW)) for who in people
    )
    with overtaken(stall.till.app, "basket_line", second):
        first()
    with stall.scope():
        found = [basket_queries.basket_of(account_id=who, basket_id=None) for who in people]
        return [sum(basket_queries.quantities(basket.id).values()) if basket else 0 for basket in found]


def test_what_was_put_aside_goes_to_one_of_them(stall: Stall) -> None:
    assert claim_twice(stall) == [2, 0]


def test_without_the_loose_baskets_lock_it_goes_to_both(stall: Stall) -> None:
    with without_lock("market.orders.services.basket.claim_basket"), pytest.warns(SAWarning, match="0 were matched"):
        assert claim_twice(stall) == [2, 2]


def claim_while_putting_in(stall: Stall) -> int:
    """Two are poured in at signing in while another window puts in one more; how many there are then."""
    with stall.scope():
        loose = services.open_basket(account_id=None, basket_id=None, now=NOW).id
        services.put_in_basket(basket_id=loose, listing_id=stall.shop.listing_id, quantity=2, now=NOW)
        mine = fill_basket(stall.shop).id
    more = {"basket_id": mine, "listing_id": stall.shop.listing_id, "quantity": 1, "now": NOW}
    claim = doing(stall, lambda: services.claim_basket(basket_id=loose, account_id=stall.shop.buyer, now=NOW))
    # Without the lock they wait for one another's rows, so that nobody gets through: the first goes on soon.
    with overtaken(stall.till.app, "basket_line", claim, patience=0.7):
        doing(stall, lambda: services.put_in_basket(**more))()
    return in_basket(stall)


def test_signing_in_waits_for_what_is_put_in(stall: Stall) -> None:
    assert claim_while_putting_in(stall) == 4


def test_without_the_accounts_baskets_lock_something_is_lost(stall: Stall) -> None:
    with without_lock("market.orders.services.basket._of_account"):
        assert claim_while_putting_in(stall) < 4


def settle_twice(stall: Stall) -> str:
    """Two jobs hear of one payment at once; what becomes of its order."""
    with stall.scope():
        checkout_id = place(stall.shop, now=clock.now())
    money: dict[str, Any] = {"amount": 1200, "fee": 65, "currency": "EUR"}
    book = doing(stall, lambda: services.settle_orders(checkout_id=checkout_id, **money, now=clock.now()))
    with overtaken(stall.till.app, "checkout", book):
        book()
    with stall.scope():
        return db.session.scalars(select(Order.status)).one()


def test_a_payment_heard_of_twice_is_settled_once(stall: Stall) -> None:
    assert settle_twice(stall) == "paid"


def test_without_the_checkouts_lock_the_second_job_fails(stall: Stall) -> None:
    with without_lock("market.orders.services.settlement.locked_checkout"), pytest.raises(IntegrityError):
        settle_twice(stall)


def freeze_while_ordering(stall: Stall) -> bool:
    """Whether a freeze can be over while an order that had looked before it is still being written."""
    with stall.scope():
        wish = purchase(stall.shop, fill_basket(stall.shop))

    def freeze() -> None:
        with stall.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
            tenancy.freeze_hub(hub_id=stall.hub_id, reason="A recall.", actor=SYSTEM, now=clock.now())

    with overtaken(stall.till.app, "listing", freeze) as other, stall.scope():
        services.place_orders(purchase=wish, now=clock.now())
    return other.is_through


def test_a_freeze_waits_for_orders_being_placed(stall: Stall) -> None:
    """It closes what was ordered before, and nothing is ordered after it."""
    assert not freeze_while_ordering(stall)


@pytest.mark.parametrize("is_the_orders_half", [True, False])
def test_without_either_half_of_the_lock_an_order_comes_after_the_freeze(
    stall: Stall, *, is_the_orders_half: bool
) -> None:
    orders, freezes = (
        without_turns("tenancy.selling._keep_selling", instead="SELECT 1"),
        without_turns("tenancy.selling.wait_for_orders"),
    )
    with orders if is_the_orders_half else freezes:
        assert freeze_while_ordering(stall)


def lose_while_a_refund_fails(stall: Stall) -> int:
    """The bank keeps all 24.00 while a refund of 5.00, asked for before, comes back; what the order says is gone."""
    order = stall.sell()
    payment_id = stall.payment_of(order).id
    provider_id = stall.till.sandbox.dispute(stall.charge_of(order))
    stall.till.hold_dispatch()
    stall.give(order, 500)
    stall.till.wiring.gateway.close_dispute(key="close", dispute_id=provider_id)
    see: dict[str, Any] = {"payment_id": payment_id, "provider_id": provider_id}
    doing(stall, lambda: disputes.observe_dispute(**see, now=clock.now()))()
    (dispute,), (request,) = stall.disputes(order), stall.requests(order)
    refund: dict[str, Any] = {"refund_id": request.refund_id, "amount": 500, "message": "disputed"}
    fail = doing(stall, lambda: services.part_failed(order_id=order.id, **refund, now=clock.now()))
    with overtaken(stall.till.app, "orders", fail):
        doing(stall, lambda: services.follow_dispute(dispute_id=dispute.id, now=clock.now()))()
    return stall.order(order).refunded


def test_what_the_bank_keeps_and_what_comes_back_adds_up(stall: Stall) -> None:
    assert lose_while_a_refund_fails(stall) == 2400 - 500


def test_without_the_orders_locks_what_came_back_is_forgotten(stall: Stall) -> None:
    with without_lock("market.orders.services.steps.locked_orders"):
        assert lose_while_a_refund_fails(stall) == 2400
