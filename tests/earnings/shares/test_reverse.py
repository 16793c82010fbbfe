"""Refunds take back what was earned, at the rates at which it was earned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from hubapp.earnings.shares import queries
from hubapp.earnings.shares import services as shares
from hubapp.earnings.shares.errors import NotSettled, RefundTooLarge
from hubapp.earnings.shares.services import Refund
from hubapp.kernel.db import unit_of_work
from hubapp.kernel.ids import uuid7
from hubapp.money.ledger import queries as books
from hubapp.money.ledger.queries import Purpose
from hubapp.money.ledger.verify import verify
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.books import CARL, ROSA, carls_hub, settled
from tests.factories.hubs import NOW

LATER = NOW + timedelta(days=2)


@pytest.fixture
def hub(app: HubFlask) -> Iterator[int]:
    with app.app_context():
        hub_id = carls_hub()
        with hub_scope(hub_id), unit_of_work():
            yield hub_id


def refund(order_id: UUID, amount: int, refund_id: UUID | None = None) -> UUID:
    refund_id = refund_id or uuid7()
    shares.reverse(order_id=order_id, refund_id=refund_id, amount=amount, currency="EUR", now=LATER)
    return refund_id


def reversed_parts(order_id: UUID) -> dict[str, int]:
    return {line.role: line.reversed for line in queries.split_of(order_id) if line.reversed}


def test_a_full_refund_takes_everything_back(hub: int) -> None:
    order_id = settled(2000, gross=2400, tax=400, fee=55, referrer_owner=ROSA)
    refund(order_id, 2400)
    balances = {(found.owner, found.purpose): found.posted for found in books.balances_of(now=NOW) if found.posted}
    # The provider keeps its fee, and the core bears it.
    assert balances == {
        ("provider", "provider_pending"): 2345,
        ("provider", "provider_balance"): -2400,
        ("core", "processor_fees"): 55,
    }
    assert all(line.amount == line.reversed for line in queries.split_of(order_id) if line.role != "fee")
    assert verify(hub).ok


def test_a_partial_refund_takes_back_in_proportion(hub: int) -> None:
    order_id = settled(2000)
    refund(order_id, 1000)
    assert reversed_parts(order_id) == {"seller": 920, "connector": 50, "core": 30}


def test_many_small_refunds_end_at_exactly_everything(hub: int) -> None:
    order_id = settled(1003, fee=31, referrer_owner=ROSA)
    for amount in (7, 1, 333, 2, 660):
        refund(order_id, amount)
    assert all(line.amount == line.reversed for line in queries.split_of(order_id) if line.role != "fee")
    assert books.balance(owner="core", purpose=Purpose.PROCESSOR_FEES, currency="EUR", now=NOW).posted == 31


def test_the_same_refund_again_changes_nothing(hub: int) -> None:
    order_id = settled(2000)
    refund_id = refund(order_id, 500)
    refund(order_id, 500, refund_id)
    assert sum(reversed_parts(order_id).values()) == 500


def test_more_than_was_paid_cannot_go_back(hub: int) -> None:
    order_id = settled(2000)
    refund(order_id, 1500)
    with pytest.raises(RefundTooLarge):
        refund(order_id, 501)


def test_an_order_that_was_never_paid_has_nothing_to_reverse(hub: int) -> None:
    with pytest.raises(NotSettled):
        refund(uuid7(), 1)


def test_refunds_keep_the_month_as_it_was_counted(hub: int) -> None:
    order_id = settled(600_000)
    refund(order_id, 600_000)
    later = settled(10_000)
    assert next(line.amount for line in queries.split_of(later) if line.role == "connector") == 600


def test_what_is_held_is_taken_back_from_what_is_held(hub: int) -> None:
    order_id = settled(2000)
    refund(order_id, 1000)
    owed = books.balance(owner=CARL, purpose=Purpose.OWED, currency="EUR", now=LATER)
    assert (owed.held, owed.available) == (-50, 0)


def test_many_refunds_at_once_are_as_good_as_one_by_one(hub: int) -> None:
    first, second = settled(1003), settled(997)
    refunds = [
        Refund(first, uuid7(), 3, "EUR", LATER),
        Refund(second, uuid7(), 997, "EUR", LATER),
        Refund(first, uuid7(), 1000, "EUR", LATER),
    ]
    assert shares.reverse_many(refunds=refunds) == 3
    assert shares.reverse_many(refunds=refunds) == 0
    assert sum(reversed_parts(first).values()) == 1003
    assert verify(hub).ok


def test_a_refund_that_failed_after_all_gives_everything_back(hub: int) -> None:
    order_id = settled(2000, fee=55)
    before = books.balances_of(now=NOW)
    refund_id = refund(order_id, 700)
    for _ in range(2):
        shares.restore(order_id=order_id, refund_id=refund_id, now=LATER)
    assert reversed_parts(order_id) == {}
    assert [found for found in books.balances_of(now=NOW) if found.posted] == [
        found for found in before if found.posted
    ]
    refund(order_id, 2000)


def test_restoring_what_was_never_booked_does_nothing(hub: int) -> None:
    shares.restore(order_id=settled(2000), refund_id=uuid7(), now=LATER)
    assert books.balance(owner=CARL, purpose=Purpose.OWED, currency="EUR", now=NOW).posted == -100
