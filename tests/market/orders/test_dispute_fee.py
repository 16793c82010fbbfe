"""Who bears the provider's fee of a lost dispute: the rules that the order was placed under say so."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from hubapp.earnings.shares import queries as shares
from hubapp.earnings.shares import services as shares_services
from hubapp.earnings.shares.models import ShareRuleVersion
from hubapp.kernel import clock, ids
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.orders import policies, queries
from hubapp.money.ledger.queries import Purpose
from hubapp.tenancy.platform import platform_scope
from tests.console.conftest import make_central
from tests.factories.stall import DISPUTED, Stall
from tests.support.browsing import Browser

FEE = 2000
ORDERS = st.dictionaries(st.uuids(), st.integers(0, 10**7), min_size=1, max_size=5)


def publish(stall: Stall, bearer: str) -> None:
    """From now on these rules are in force."""
    with stall.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
        rules = {**db.session.get_one(ShareRuleVersion, "default-2").rules, "dispute_fee_bearer": bearer}
        db.session.add(ShareRuleVersion(key=f"by-{bearer}", effective_from=clock.now(), rules=rules, published=True))


def test_the_seller_owes_it_back_and_the_books_agree(stall: Stall) -> None:
    publish(stall, "seller")
    order = stall.sell()
    stall.answer(stall.dispute(order), "losing_evidence")
    assert stall.totals(stall.shop.seller) == (0, 0, 0, FEE)
    assert stall.balance(Purpose.PROCESSOR_FEES) == order.fee
    assert stall.balance(Purpose.OWED, f"account:{stall.shop.seller}") == FEE
    stall.assert_at_rest()
    with stall.scope():
        assert sum(line.amount for line in shares.split_of(order.id)) == order.gross
        assert shares.dispute_fee_of(order.id) == FEE


def test_payouts_keep_it_back_bit_by_bit(stall: Stall) -> None:
    publish(stall, "seller")
    stall.answer(stall.dispute(stall.sell()), "losing_evidence")
    stall.sell()
    stall.advance(timedelta(days=20))
    due = stall.totals(stall.shop.seller).available
    with stall.scope():
        paid = shares_services.claim_for_payout(
            owner=f"account:{stall.shop.seller}", currency="EUR", payout_id=ids.uuid7(), now=clock.now()
        )
    assert paid == due - due // 2
    assert stall.totals(stall.shop.seller).owed_back == FEE - due // 2


def test_the_rules_of_the_order_decide_and_not_todays(stall: Stall) -> None:
    before = stall.sell()
    publish(stall, "seller")
    after = stall.sell()
    stall.answer(stall.dispute(before), "losing_evidence")
    assert stall.totals(stall.shop.seller).owed_back == 0
    stall.answer(stall.dispute(after), "losing_evidence")
    assert stall.totals(stall.shop.seller).owed_back == FEE
    stall.assert_at_rest()


def test_a_won_dispute_costs_the_seller_nothing(stall: Stall) -> None:
    publish(stall, "seller")
    order = stall.sell()
    before = stall.totals(stall.shop.seller), stall.balance(Purpose.PROCESSOR_FEES)
    stall.answer(stall.dispute(order), "winning_evidence")
    assert (stall.totals(stall.shop.seller), stall.balance(Purpose.PROCESSOR_FEES)) == before
    stall.assert_at_rest()


def test_several_sellers_bear_it_by_what_was_taken_of_them(stall: Stall) -> None:
    publish(stall, "seller")
    seller, listing_id = stall.other_seller(1800)
    order = stall.sell(1, others={listing_id: 1})
    stall.answer(stall.dispute(order), "losing_evidence")
    assert (stall.totals(stall.shop.seller).owed_back, stall.totals(seller).owed_back) == (800, 1200)
    stall.assert_at_rest()


def test_a_second_dispute_of_the_same_payment_takes_no_more_than_the_rest(stall: Stall) -> None:
    publish(stall, "seller")
    order = stall.sell()
    first, second = stall.dispute(order, amount=1000), stall.dispute(order, amount=1400)
    stall.answer(first, "losing_evidence")
    stall.answer(second, "losing_evidence")
    assert stall.order(order).refunded == 2400
    assert stall.totals(stall.shop.seller) == (0, 0, 0, 2 * FEE)
    assert stall.reversed(order) == 2400 - (order.fee or 0)
    stall.assert_at_rest()


def test_the_pages_say_who_bears_it(stall: Stall) -> None:
    publish(stall, "seller")
    order = stall.sell(card=DISPUTED)
    stall.advance(timedelta(days=1, minutes=1))
    (dispute,) = stall.disputes(order)
    said = "If the dispute is lost, the seller bears the provider&#39;s fee"
    assert said in make_central(stall.till.app).get(f"/console/disputes/{dispute.id}").text
    assert said in Browser(stall.till.app, stall.hub_id, stall.shop.connector).get("/manage/disputes").text
    own = Browser(stall.till.app, stall.hub_id, stall.shop.seller)
    assert "charges for a dispute that is lost is the seller" in own.get("/p/shares").text
    stall.answer(dispute, "losing_evidence")
    earnings = own.get("/me/earnings").text
    assert "Fee of a lost dispute" in earnings
    assert "owed back: the dispute was lost" in earnings
    with stall.scope():
        assert queries.order(order.id).refunded == order.gross


@given(st.integers(0, 10**6), ORDERS, st.data())
def test_the_parts_of_a_fee_sum_to_it(fee: int, gross: dict[UUID, int], data: st.DataObject) -> None:
    taken = {key: data.draw(st.integers(0, price)) for key, price in gross.items()}
    parts = policies.dispute_fees(fee, taken=taken, gross=gross)
    assert sum(parts.values()) == (fee if any(gross.values()) else 0)
    assert parts.keys() == gross.keys()
    assert min(parts.values()) >= 0
    if any(taken.values()):  # whoever lost nothing is charged nothing
        assert all(not parts[key] for key in gross if not taken[key])
