"""Sales and payouts at once: the month counts every sale once, and no right is taken twice."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier
from time import sleep
from typing import Any

from sqlalchemy import event

from hubapp.earnings.shares import line_queries, queries
from hubapp.earnings.shares import services as shares
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.ids import uuid7
from hubapp.money.ledger.verify import verify
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.books import CARL, carls_hub, paid_order, settled
from tests.factories.hubs import NOW
from tests.factories.placed import behind
from tests.factories.races import without_lock

AT_ONCE = 6
DUE = NOW + timedelta(days=17)


def opened(live: Live) -> int:
    with live.app.app_context():
        return carls_hub()


@contextmanager
def time_to_read(live: Live) -> Iterator[None]:
    """Give the others time to read the same rows."""

    def pause(*call: Any) -> None:
        if "month_turnover" in call[2] or "earning_right" in call[2]:
            sleep(0.3)

    with live.app.app_context():
        engine = db.engine
    event.listen(engine, "after_cursor_execute", pause)
    try:
        yield
    finally:
        event.remove(engine, "after_cursor_execute", pause)


def sell_at_once(live: Live, hub_id: int) -> int:
    """Six sales over 2,500.00 side by side; answers the connector's part of them all."""
    barrier = Barrier(AT_ONCE)

    def sell(_: int) -> None:
        with live.app.app_context(), hub_scope(hub_id), unit_of_work():
            order = paid_order(250_000)
            behind(order)
            barrier.wait()
            shares.settle(order=order)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(sell, range(AT_ONCE)))
    with live.app.app_context(), hub_scope(hub_id), unit_of_work():
        return sum(line.amount for line in line_queries.earnings_of(CARL, currency="EUR"))


def test_sales_at_once_climb_the_tiers_one_after_the_other(live: Live) -> None:
    hub_id = opened(live)
    assert sell_at_once(live, hub_id) == 25_000 + 60_000
    with live.app.app_context(), hub_scope(hub_id), unit_of_work():
        lines = line_queries.earnings_of(CARL, currency="EUR")
        assert {line.explanation["turnover"] for line in lines} == set(range(0, 1_500_000, 250_000))
        assert verify(hub_id).ok


def test_without_the_counters_lock_sales_share_a_tier(live: Live) -> None:
    hub_id = opened(live)
    with live.app.app_context(), hub_scope(hub_id), unit_of_work():
        settled(0)  # the month's row exists, so that nobody waits for its insertion
    with without_lock("earnings.shares.services.settling._counters"), time_to_read(live):
        assert sell_at_once(live, hub_id) < 25_000 + 60_000


def test_the_same_sale_at_once_is_settled_once(live: Live) -> None:
    hub_id, order_id, barrier = opened(live), uuid7(), Barrier(AT_ONCE)
    with live.app.app_context(), hub_scope(hub_id), unit_of_work():
        behind(paid_order(2000, order_id=order_id))

    def sell(_: int) -> None:
        with live.app.app_context(), hub_scope(hub_id), unit_of_work():
            order = paid_order(2000, order_id=order_id)
            barrier.wait()
            shares.settle(order=order)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(sell, range(AT_ONCE)))
    with live.app.app_context(), hub_scope(hub_id), unit_of_work():
        assert queries.turnover(currency="EUR", now=NOW) == 2000
        assert queries.totals_of(CARL, "EUR", NOW).held == 100


def claim_at_once(live: Live, hub_id: int) -> list[int]:
    """Six payouts claim the same rights over 5.00; answers what each took."""
    barrier = Barrier(AT_ONCE)
    with live.app.app_context(), hub_scope(hub_id), unit_of_work():
        for _ in range(5):
            settled(2000)

    def claim(_: int) -> int:
        with live.app.app_context(), hub_scope(hub_id), unit_of_work():
            barrier.wait()
            return shares.claim_for_payout(owner=CARL, currency="EUR", payout_id=uuid7(), now=DUE)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sorted(pool.map(claim, range(AT_ONCE)))


def test_payouts_at_once_take_each_right_once(live: Live) -> None:
    assert claim_at_once(live, opened(live)) == [0, 0, 0, 0, 0, 500]


def test_without_the_rights_locks_they_are_taken_twice(live: Live) -> None:
    with without_lock("earnings.shares.services.claims.outstanding"), time_to_read(live):
        assert sum(claim_at_once(live, opened(live))) > 500


def refund_at_once(live: Live, hub_id: int) -> int:
    """Six refunds of 9.00 of a sale over 20.00; answers how many were taken."""
    barrier = Barrier(AT_ONCE)
    with live.app.app_context(), hub_scope(hub_id), unit_of_work():
        order_id = settled(2000)

    def refund(_: int) -> bool:
        try:
            with live.app.app_context(), hub_scope(hub_id), unit_of_work():
                barrier.wait()
                shares.reverse(order_id=order_id, refund_id=uuid7(), amount=900, currency="EUR", now=NOW)
        except shares.RefundTooLarge:
            return False
        return True

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(refund, range(AT_ONCE)))


def test_refunds_at_once_take_back_no_more_than_was_paid(live: Live) -> None:
    assert refund_at_once(live, opened(live)) == 2


def test_without_the_orders_lock_refunds_exceed_the_price(live: Live) -> None:
    unlocked = without_lock(
        "earnings.shares.services.reversing._locked_orders", "earnings.shares.services.locking.locked_rights"
    )
    with unlocked, time_to_read(live):
        assert refund_at_once(live, opened(live)) > 2
