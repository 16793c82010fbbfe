"""Booking an entry: whole, once, with its balance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hubapp.kernel.db import unit_of_work
from hubapp.kernel.errors import NotFound
from hubapp.kernel.ids import uuid7
from hubapp.money.ledger import queries
from hubapp.money.ledger import services as ledger
from hubapp.money.ledger.services import KeyReused, LedgerError, Leg, Purpose, Unbalanced
from hubapp.money.ledger.verify import verify
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.books import sale
from tests.factories.hubs import NOW, make_hub

HELD_UNTIL = NOW + timedelta(days=16)


@pytest.fixture
def books(app: HubFlask) -> Iterator[int]:
    """Inside one hub and one transaction."""
    with app.app_context():
        hub_id = make_hub()
        with hub_scope(hub_id), unit_of_work():
            yield hub_id


def owed(owner: str = "account:anna", now: datetime = NOW) -> queries.Balance:
    return queries.balance(owner=owner, purpose=Purpose.OWED, currency="EUR", now=now)


def test_an_entry_moves_both_balances(books: int) -> None:
    ledger.post(entry=sale(amount=1000))
    pending = queries.balance(owner="provider", purpose=Purpose.PROVIDER_PENDING, currency="EUR", now=NOW)
    assert (pending.posted, owed().posted) == (1000, -1000)


def test_an_account_never_booked_on_is_at_zero(books: int) -> None:
    assert owed().posted == 0


def test_what_is_held_becomes_available_in_time(books: int) -> None:
    ledger.post(entry=sale(amount=1000, available_at=HELD_UNTIL))
    before, after = owed(now=HELD_UNTIL - timedelta(seconds=1)), owed(now=HELD_UNTIL)
    assert (before.held, before.available) == (-1000, 0)
    assert (after.held, after.available) == (0, -1000)


def test_the_same_entry_again_is_the_same_entry(books: int) -> None:
    assert ledger.post(entry=sale()) == ledger.post(entry=sale())
    assert owed().posted == -1000


@pytest.mark.parametrize("change", [{"ref": "else"}, {"memo": "else"}, {"kind": "else"}, {"occurred_at": HELD_UNTIL}])
def test_a_key_cannot_stand_for_two_entries(books: int, change: dict[str, object]) -> None:
    ledger.post(entry=sale())
    with pytest.raises(KeyReused):
        ledger.post(entry=replace(sale(), **change))  # type: ignore[arg-type]


@pytest.mark.parametrize("change", [{"owner": "account:bob"}, {"available_at": HELD_UNTIL}, {"tag": "else"}])
def test_a_key_cannot_stand_for_other_legs(books: int, change: dict[str, object]) -> None:
    ledger.post(entry=sale())
    first, second = sale().legs
    with pytest.raises(KeyReused):
        ledger.post(entry=replace(sale(), legs=(first, replace(second, **change))))  # type: ignore[arg-type]


@pytest.mark.parametrize("amounts", [(), (5,), (5, -4), (5, -5, 0)])
def test_legs_that_do_not_balance_are_refused(books: int, amounts: tuple[int, ...]) -> None:
    legs = tuple(Leg("core", Purpose.SALES, amount) for amount in amounts)
    with pytest.raises(Unbalanced):
        ledger.post(entry=replace(sale(), legs=legs))


def test_a_time_without_a_zone_is_refused(books: int) -> None:
    with pytest.raises(LedgerError, match="time zone"):
        ledger.post(entry=replace(sale(), occurred_at=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_booking_needs_a_hub(app: HubFlask) -> None:
    with app.app_context(), pytest.raises(RuntimeError, match="no hub"), unit_of_work():
        ledger.post(entry=sale())


def test_many_entries_go_in_once_and_in_order(books: int) -> None:
    entries = [sale(f"sale:{number}", 100 + number) for number in range(2_500)]
    assert ledger.post_many(entries=entries[:10]) == 10
    assert ledger.post_many(entries=entries) == 2_490
    assert owed().posted == -sum(100 + number for number in range(2_500))
    assert [
        line.ref
        for line in queries.statement(owner="provider", purpose=Purpose.PROVIDER_PENDING, currency="EUR", limit=2)
    ] == [
        "sale:2499",
        "sale:2498",
    ]
    assert verify(books).ok


def test_a_batch_may_repeat_itself_but_not_contradict_itself(books: int) -> None:
    assert ledger.post_many(entries=[sale(), sale()]) == 1
    with pytest.raises(KeyReused):
        ledger.post_many(entries=[sale("other"), sale("other", 7)])


def test_a_statement_is_paged_by_key(books: int) -> None:
    ledger.post_many(entries=[sale(f"sale:{number}") for number in range(5)])
    account = {"owner": "account:anna", "purpose": Purpose.OWED, "currency": "EUR"}
    first = queries.statement(**account, limit=3)  # type: ignore[arg-type]
    rest = queries.statement(**account, limit=3, before=first[-1].seq)  # type: ignore[arg-type]
    assert [line.seq for line in first + rest] == [5, 4, 3, 2, 1]


def test_an_entry_reads_back_as_it_was_told(books: int) -> None:
    told = sale(available_at=HELD_UNTIL, ref="order:1")
    read = queries.entry(ledger.post(entry=told))
    assert [(leg.owner, leg.purpose, leg.amount, leg.available_at) for leg in read.legs] == [
        (leg.owner, leg.purpose, leg.amount, leg.available_at) for leg in told.legs
    ]
    assert queries.entries_of("order:1") == [read]
    assert queries.entry_id_of(told.key) == read.id


def test_an_unknown_entry_is_not_found(books: int) -> None:
    with pytest.raises(NotFound):
        queries.entry(uuid7())


def test_all_balances_of_a_hub_sum_to_zero(books: int) -> None:
    ledger.post_many(entries=[sale("a", 10), sale("b", 20, owner="account:bob", available_at=HELD_UNTIL)])
    balances = queries.balances_of(now=NOW)
    assert sum(found.posted for found in balances) == 0
    assert [(found.owner, found.held) for found in queries.balances_of(owner="account:bob", now=NOW)] == [
        ("account:bob", -20)
    ]


def test_two_hubs_keep_separate_books(app: HubFlask) -> None:
    with app.app_context():
        one, two = make_hub("one"), make_hub("two")
        for hub_id in (one, two):
            with hub_scope(hub_id), unit_of_work():
                ledger.post(entry=sale())
                assert owed().posted == -1000
                assert verify(hub_id).entries == 1
