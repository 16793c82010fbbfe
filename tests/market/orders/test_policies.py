"""Amounts of a purchase: tax inside the price, one order per seller, nothing lost between them."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from hubapp.market.catalogue.policies import tax_inside
from hubapp.market.orders import policies
from hubapp.market.orders.models import Delivery, OrderStatus
from hubapp.market.orders.policies import Wanted

MONEY = st.integers(0, 99_999_999)
RATE = st.integers(0, 3000)
SELLERS = st.sampled_from([None, UUID(int=1), UUID(int=2), UUID(int=3)])
CHOICE = st.sampled_from(list(Delivery))


@st.composite
def wanted(draw: st.DrawFn) -> Wanted:
    has_pickup = draw(st.booleans())
    shipping = draw(st.none() | MONEY) if has_pickup else draw(MONEY)
    return Wanted(
        listing_id=draw(st.uuids()),
        seller_id=draw(SELLERS),
        title="Walnut oil",
        kind="product",
        quantity=draw(st.integers(1, 999)),
        unit_price=draw(MONEY),
        has_pickup=has_pickup,
        shipping_price=shipping,
        tax_category="standard",
        tax_rate=draw(RATE),
    )


BASKETS = st.lists(wanted(), max_size=6, unique_by=lambda item: item.listing_id)


@given(MONEY, RATE)
def test_tax_and_the_rest_make_the_price(gross: int, rate: int) -> None:
    tax = tax_inside(gross, rate)
    assert 0 <= tax <= gross
    # The tax of the rest, at that rate, is the tax, to half a minor unit (doubled, to stay in integers).
    assert abs(2 * tax * (10_000 + rate) - 2 * gross * rate) <= 10_000 + rate


def test_twelve_at_twenty_percent_holds_two() -> None:
    assert tax_inside(1200, 2000) == 200
    assert tax_inside(1055, 550) == 55
    assert tax_inside(999, 0) == 0


@given(BASKETS, CHOICE)
def test_orders_of_all_sellers_sum_to_what_was_shown(basket: list[Wanted], choice: Delivery) -> None:
    orders = policies.drafts(basket, choice)
    lines = [policies.price_line(item, choice) for item in basket]
    assert sum(order.gross for order in orders) == sum(line.total for line in lines)
    assert sum(len(order.lines) for order in orders) == len(basket)


@given(BASKETS, CHOICE)
def test_each_order_is_base_shipping_and_tax_and_has_one_seller(basket: list[Wanted], choice: Delivery) -> None:
    for order in policies.drafts(basket, choice):
        assert order.gross == order.base + order.shipping + order.tax
        assert min(order.base, order.shipping, order.tax) >= 0
        assert {line.wanted.seller_id for line in order.lines} == {order.seller_id}


@given(BASKETS, CHOICE)
def test_what_is_shown_does_not_depend_on_the_order_of_lines(basket: list[Wanted], choice: Delivery) -> None:
    there, back = policies.drafts(basket, choice), policies.drafts(reversed(basket), choice)
    assert policies.fingerprint(there) == policies.fingerprint(back)


@given(wanted())
def test_nothing_is_sent_that_is_not_sent_and_nothing_fetched_that_cannot_be(item: Wanted) -> None:
    for choice in Delivery:
        line = policies.price_line(item, choice)
        if line.delivery == Delivery.SHIP:
            assert item.shipping_price is not None
        else:
            assert item.has_pickup
            assert line.shipping == 0


def test_another_price_is_another_fingerprint() -> None:
    item = Wanted(UUID(int=9), None, "Oil", "product", 1, 1200, True, None, "standard", 2000)
    dearer = Wanted(UUID(int=9), None, "Oil", "product", 1, 1201, True, None, "standard", 2000)
    shown = {policies.fingerprint(policies.drafts([one], Delivery.PICKUP)) for one in (item, dearer)}
    assert len(shown) == 2


def test_what_is_refunded_is_never_canceled_again_and_every_status_has_its_moves() -> None:
    assert set(policies.MOVES) == set(OrderStatus)
    assert policies.MOVES[OrderStatus.REFUNDED] == {OrderStatus.PAID, OrderStatus.HANDED_OVER}
    assert not policies.can_move("placed", OrderStatus.HANDED_OVER)
    assert policies.can_move("expired", OrderStatus.PAID)
