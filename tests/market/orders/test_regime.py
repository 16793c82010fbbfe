"""The two regimes: what is shared at the sale, and what the pay plan pays for; never both on one line."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest

from hubapp.earnings.shares import queries as shares
from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.market.orders import queries, services
from hubapp.market.orders.models import Order
from hubapp.market.orders.refund_models import Level
from hubapp.money.ledger import verify
from hubapp.money.ledger.queries import Purpose
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories import plan
from tests.factories.hubs import NOW
from tests.factories.market import Shop, make_listing, make_shop, place
from tests.factories.sandbox import PAYS
from tests.factories.stall import A_DAY, DECIDED, DISPUTED, Stall


@dataclass
class Counter:
    """A shop whose hub sells the core's product line as well, and a participant who brings customers."""

    shop: Shop
    oil: UUID
    seller: UUID


@pytest.fixture
def counter(app: HubFlask) -> Counter:
    with app.app_context():
        shop = make_shop(price=1200)
        return Counter(shop, plan.core_listing(shop.hub_id), plan.participant(shop.hub_id, "Paula"))


def bought(counter: Counter, quantities: dict[UUID, int], by: UUID | None = None) -> list[Order]:
    touch = plan.touch_of(counter.shop.hub_id, by, NOW) if by else None
    with hub_scope(counter.shop.hub_id), unit_of_work():
        return plan.settled_order(place(counter.shop, quantities, touch=touch))


def split(counter: Counter, order: Order) -> dict[tuple[str, str], int]:
    with hub_scope(counter.shop.hub_id), unit_of_work():
        assert verify.verify(counter.shop.hub_id).ok
        return {(line.role, line.owner): line.amount for line in shares.split_of(order.id)}


def test_a_sale_by_plan_books_tax_fee_and_the_cores_revenue_and_nobody_elses_part(
    app: HubFlask, counter: Counter
) -> None:
    with app.app_context():
        (order,) = bought(counter, {counter.oil: 1}, by=counter.seller)
        assert split(counter, order) == {("seller", "core"): 935, ("tax", "core"): 200, ("fee", "provider"): 65}


def test_what_is_sold_by_plan_lifts_no_tier_of_the_hubs_share(app: HubFlask, counter: Counter) -> None:
    with app.app_context():
        bought(counter, {counter.oil: 3})
        with hub_scope(counter.shop.hub_id), unit_of_work():
            assert shares.turnover(currency="EUR", now=NOW) == 0


def test_both_regimes_of_the_core_in_one_basket_are_two_orders(app: HubFlask, counter: Counter) -> None:
    with app.app_context():
        with hub_scope(counter.shop.hub_id), unit_of_work():
            shared = make_listing(price=1200).id
        first, second = bought(counter, {counter.oil: 1, shared: 1}, by=counter.seller)
        assert {role for role, _owner in split(counter, first)} == {
            "seller", "tax", "fee", "connector", "referrer", "core",
        }  # fmt: skip
        assert {role for role, _owner in split(counter, second)} == {"seller", "tax", "fee"}
        with hub_scope(counter.shop.hub_id), unit_of_work():
            assert [sale.order_id for sale in plan.sales()] == [second.id]


def test_the_plan_sees_the_line_net_of_tax_with_its_points_and_who_brought_the_customer(
    app: HubFlask, counter: Counter
) -> None:
    with app.app_context():
        (order,) = bought(counter, {counter.oil: 2}, by=counter.seller)
        with hub_scope(counter.shop.hub_id), unit_of_work():
            (sale,) = plan.sales()
        assert (sale.order_id, sale.kind, sale.currency) == (order.id, "product", "EUR")
        assert (sale.amount, sale.cv, sale.pv) == (2400, 2000, 14)
        assert (sale.seller_id, sale.buyer_id, sale.handed_over_at) == (counter.seller, counter.shop.buyer, None)


def test_who_brought_a_customer_without_taking_part_is_no_seller(app: HubFlask, counter: Counter) -> None:
    with app.app_context():
        bought(counter, {counter.oil: 1}, by=counter.shop.seller)
        with hub_scope(counter.shop.hub_id), unit_of_work():
            assert [sale.seller_id for sale in plan.sales()] == [None]


def test_who_joined_after_the_sale_is_no_seller_of_it(app: HubFlask, counter: Counter) -> None:
    with app.app_context():
        late = plan.participant(counter.shop.hub_id, "Lea", at=NOW + A_DAY)
        bought(counter, {counter.oil: 1}, by=late)
        with hub_scope(counter.shop.hub_id), unit_of_work():
            assert [sale.seller_id for sale in plan.sales()] == [None]


def test_a_participant_buys_for_themselves_whoever_sent_them(app: HubFlask, counter: Counter) -> None:
    with app.app_context():
        plan.take_part(counter.shop.buyer, counter.seller)
        bought(counter, {counter.oil: 1}, by=counter.seller)
        with hub_scope(counter.shop.hub_id), unit_of_work():
            assert [sale.seller_id for sale in plan.sales()] == [counter.shop.buyer]


def test_handing_over_counts_once(app: HubFlask, counter: Counter) -> None:
    with app.app_context():
        (order,) = bought(counter, {counter.oil: 1})
        for later in (NOW, NOW + A_DAY):
            with hub_scope(counter.shop.hub_id), unit_of_work():
                services.mark_handed_over(order_id=order.id, actor=SYSTEM, now=later)
        with hub_scope(counter.shop.hub_id), unit_of_work():
            assert [sale.handed_over_at for sale in plan.sales()] == [NOW]


def test_the_same_news_of_a_payment_twice_is_one_sale(app: HubFlask, counter: Counter) -> None:
    with app.app_context():
        (order,) = bought(counter, {counter.oil: 1})
        with hub_scope(counter.shop.hub_id), unit_of_work():
            plan.settled_order(order.checkout_id)  # type: ignore[arg-type]
            assert len(plan.sales()) == 1


# With the sandbox: money really goes back.


@pytest.fixture
def oil(stall: Stall) -> UUID:
    with stall.till.app.app_context():
        return plan.core_listing(stall.hub_id)


def recorded(stall: Stall, order: Order) -> list[tuple[int, int, int]]:
    with stall.scope():
        return [(row.amount, row.cv, row.pv) for row in plan.refunds(order.id)]


def cancel(stall: Stall, order: Order) -> None:
    with stall.scope():
        services.cancel_order(order_id=order.id, reason="Broken.", actor=SYSTEM, now=clock.now())
    stall.settle()


def test_a_whole_refund_takes_the_whole_sale_and_the_cores_revenue(stall: Stall, oil: UUID) -> None:
    (order,) = plan.sell_core(stall, {oil: 2})
    before = stall.balance(Purpose.SALES)
    cancel(stall, order)
    assert recorded(stall, order) == [(2400, 2000, 14)]
    assert (before != 0, stall.balance(Purpose.SALES), stall.balance(Purpose.TAX)) == (True, 0, 0)
    stall.assert_at_rest()


def test_a_part_takes_its_part_and_the_rest_all_that_is_left(stall: Stall, oil: UUID) -> None:
    (order,) = plan.sell_core(stall, {oil: 2})
    stall.give(order, 701, by=Level.CORE)
    stall.settle()
    cancel(stall, order)
    first, second = recorded(stall, order)
    assert first == (701, 2000 * 701 // 2400, 14 * 701 // 2400)
    assert tuple(map(sum, zip(first, second, strict=True))) == (2400, 2000, 14)
    stall.assert_at_rest()


def test_news_of_a_refund_that_comes_again_changes_nothing(stall: Stall, oil: UUID) -> None:
    (order,) = plan.sell_core(stall, {oil: 2})
    cancel(stall, order)
    with stall.scope():
        (row,) = plan.refunds(order.id)
        refund_id = UUID(row.key.removeprefix("refund:"))
        services.refund_settled(order_id=order.id, refund_id=refund_id, amount=2400, currency="EUR", now=clock.now())
    assert recorded(stall, order) == [(2400, 2000, 14)]


def test_pieces_of_a_line_are_taken_from_that_line_alone(stall: Stall, oil: UUID) -> None:
    with stall.till.app.app_context():
        kit = plan.core_listing(stall.hub_id, price=600, plan_kind="kit")
    (order,) = plan.sell_core(stall, {oil: 2, kit: 1})
    with stall.scope():
        (line,) = [line for line in queries.lines_of(order.id) if line.listing_id == oil]
        request_id = services.ask_refund(
            order_id=order.id,
            buyer_id=stall.shop.buyer,
            amount=None,
            quantities={line.id: 1},
            reason="It leaks.",
            now=clock.now(),
        )
    stall.grant(request_id, 1200, by=Level.CORE)
    stall.settle()
    with stall.scope():
        taken = {row.sale_id: (row.amount, row.cv) for row in plan.refunds(order.id)}
        kinds = {sale.id: sale.kind for sale in plan.sales(order.id)}
    assert {kinds[sale]: values for sale, values in taken.items()} == {"product": (1200, 1000), "kit": (0, 0)}


def test_shipping_gives_its_part_of_a_refund(stall: Stall) -> None:
    with stall.till.app.app_context():
        sent = plan.core_listing(stall.hub_id, shipping_price=400, has_pickup=False)
    address = {"name": "Ben", "street": "1 Rue", "postcode": "69001", "city": "Lyon", "country": "FR"}
    (order,) = plan.sell_core(stall, {sent: 1}, address=address)
    stall.give(order, 800, by=Level.CORE)
    stall.settle()
    assert recorded(stall, order) == [(600, 500, 3)]


def test_a_refund_that_fails_after_all_gives_the_sale_again_once(stall: Stall, oil: UUID) -> None:
    (order,) = plan.sell_core(stall, {oil: 2})
    cancel(stall, order)
    with stall.scope():
        refund_id = UUID(plan.refunds(order.id)[0].key.removeprefix("refund:"))
        for _ in range(2):
            services.refund_failed(
                order_id=order.id,
                refund_id=refund_id,
                reference=f"order:{order.id}:cancel:1",
                amount=2400,
                message="no",
                now=clock.now(),
            )
    assert recorded(stall, order) == [(2400, 2000, 14), (-2400, -2000, -14)]
    with stall.scope():
        assert verify.verify(stall.hub_id).ok


def test_a_dispute_that_is_lost_takes_the_sale_back_and_one_that_is_won_does_not(stall: Stall, oil: UUID) -> None:
    for words, expected in (("losing_evidence", [(2400, 2000, 14)]), ("winning_evidence", [])):
        (order,) = plan.sell_core(stall, {oil: 2}, card=DISPUTED)
        stall.advance(A_DAY)
        (dispute,) = stall.disputes(order)
        stall.answer(dispute, words)
        stall.advance(DECIDED)
        assert recorded(stall, order) == expected
    stall.assert_at_rest()


def test_a_sale_of_a_member_is_nothing_to_the_plan(stall: Stall) -> None:
    order = stall.sell(card=PAYS)
    with stall.scope():
        services.mark_handed_over(order_id=order.id, actor=SYSTEM, now=clock.now())
        assert plan.sales() == []
