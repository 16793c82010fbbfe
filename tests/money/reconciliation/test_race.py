"""Two comparisons and two bookings at once; and what would happen without the locks."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.money.ledger.errors import KeyReused
from hubapp.money.reconciliation import services
from hubapp.tenancy.platform import platform_scope
from tests.factories.comparing import Auditor
from tests.factories.races import meeting, together, without_lock, without_turns


def prepared(auditor: Auditor) -> UUID:
    """A run with a line of another fee, fetched and not compared."""
    town = auditor.town
    town.sell(town.hubs[0], town.person())
    auditor.tamper_provider("UPDATE balance_line SET fee = fee + 7")
    with town.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
        run_id = services.begin(since=None, asked_by="test", now=clock.now())
        services.mirror(run_id=run_id, now=clock.now())
    return run_id


def compare(auditor: Auditor, run_id: UUID) -> None:
    with auditor.town.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
        services.compare(run_id=run_id, now=clock.now())


def compare_both(auditor: Auditor) -> None:
    """Both find that the sums differ, which no line's lock can keep apart."""
    town = auditor.town
    town.sell(town.hubs[0], town.person())
    auditor.compare()
    auditor.tamper(
        "INSERT INTO ledger_posting (hub_id, id, entry_id, seq, legs, position, account_id, currency, amount, tag)"
        " SELECT hub_id, uuidv7(), uuidv7(), 900, 2, 0, account_id, currency, 55, '' FROM ledger_posting"
        " WHERE tag = 'charge'"
    )
    runs = []
    for _ in range(2):
        with town.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
            later = clock.now() + timedelta(hours=1)
            runs.append(services.begin(since=later, asked_by="test", now=clock.now()))
    with meeting(town.till.app, lambda statement: "reconciliation_item.key IN" in statement):
        together(*(partial(compare, auditor, run_id) for run_id in runs))


def test_two_comparisons_at_once_write_a_difference_once(auditor: Auditor) -> None:
    compare_both(auditor)
    assert auditor.seen() == [("total_differs", "unaccounted", "open")]


def test_without_turns_one_of_them_fails(auditor: Auditor) -> None:
    with without_turns("money.reconciliation.services.comparing.take_turns"), pytest.raises(IntegrityError):
        compare_both(auditor)


def book(auditor: Auditor, item_id: UUID) -> None:
    with auditor.town.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
        services.settle_suspense(item_id=item_id, now=clock.now())


def book_both(auditor: Auditor) -> None:
    compare(auditor, prepared(auditor))
    (item,) = auditor.items()
    with meeting(auditor.town.till.app, lambda statement: "FROM reconciliation_item" in statement):
        together(lambda: book(auditor, item.id), lambda: book(auditor, item.id))


def test_two_bookings_at_once_book_once(auditor: Auditor) -> None:
    book_both(auditor)
    assert auditor.suspense()[auditor.town.hubs[0]] == 7
    assert auditor.items()[0].suspense_entries == 1


def test_without_the_rows_lock_one_of_them_fails(auditor: Auditor) -> None:
    with without_lock("money.reconciliation.queries.locked"), pytest.raises(KeyReused):
        book_both(auditor)
