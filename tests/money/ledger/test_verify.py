"""Tampering is found, and the first entry that fails is named."""

from __future__ import annotations

import psycopg
import pytest

from hubapp.cli.ledger import report
from hubapp.kernel.db import unit_of_work
from hubapp.kernel.errors import NotFound
from hubapp.money.ledger import services as ledger
from hubapp.money.ledger.verify import Verification, verify
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.books import sale
from tests.factories.hubs import make_hub

# Each as a superuser who has switched triggers and foreign keys off.
FORGERIES = {
    "changed amounts": (3, "UPDATE ledger_posting SET amount = amount * 2 WHERE seq = 3"),
    "one changed amount": (3, "UPDATE ledger_posting SET amount = amount + 1 WHERE seq = 3 AND position = 0"),
    "a swapped account": (
        4,
        (
            "UPDATE ledger_posting SET account_id = (SELECT id FROM ledger_account WHERE owner = 'account:anna') "
            "WHERE seq = 4 AND position = 1"
        ),
    ),
    "a renamed account": (2, "UPDATE ledger_account SET owner = 'account:eve' WHERE owner = 'account:bob'"),
    "a changed time": (5, "UPDATE ledger_entry SET occurred_at = occurred_at + interval '1 microsecond' WHERE seq = 5"),
    "a changed hold": (5, "UPDATE ledger_posting SET available_at = now() WHERE seq = 5 AND position = 1"),
    "a changed memo": (1, "UPDATE ledger_entry SET memo = 'else' WHERE seq = 1"),
    "a deleted entry": (3, "DELETE FROM ledger_entry WHERE seq = 3"),
    "a deleted entry with its postings": (
        3,
        "DELETE FROM ledger_posting WHERE seq = 3; DELETE FROM ledger_entry WHERE seq = 3",
    ),
    "a deleted last entry": (6, "DELETE FROM ledger_posting WHERE seq = 6; DELETE FROM ledger_entry WHERE seq = 6"),
    "a deleted posting": (4, "DELETE FROM ledger_posting WHERE seq = 4 AND position = 0"),
    "entries in another order": (
        2,
        (
            "UPDATE ledger_entry SET seq = seq + CASE seq WHEN 2 THEN 1001 ELSE 999 END WHERE seq IN (2, 3); "
            "UPDATE ledger_entry SET seq = seq - 1000 WHERE seq > 1000"
        ),
    ),
    "a forged hash": (4, "UPDATE ledger_entry SET hash = sha256(hash) WHERE seq = 4"),
    "a stray posting": (
        7,
        (
            "INSERT INTO ledger_posting SELECT hub_id, uuidv7(), uuidv7(), 7, legs, position, account_id, currency, "
            "amount, available_at, tag "
            "FROM ledger_posting WHERE seq = 1"
        ),
    ),
    "a moved head": (7, "UPDATE ledger_head SET seq = 7"),
    "a changed cached balance": (None, "UPDATE ledger_balance SET amount = amount + 1"),
    "a deleted cached balance": (None, "DELETE FROM ledger_balance"),
}


@pytest.fixture
def hub(live: Live) -> int:
    with live.app.app_context():
        hub_id = make_hub()
        with hub_scope(hub_id), unit_of_work():
            owners = ("account:anna", "account:bob")
            ledger.post_many(
                entries=[sale(f"sale:{number}", 100 * number, owner=owners[number % 2 - 1]) for number in range(1, 7)]
            )
    return hub_id


def check(live: Live, hub_id: int) -> Verification:
    with live.app.app_context(), hub_scope(hub_id), unit_of_work():
        return verify(hub_id)


def test_untouched_books_hold(live: Live, hub: int) -> None:
    found = check(live, hub)
    assert (found.ok, found.entries, found.postings) == (True, 6, 12)


def test_every_forgery_is_found_and_placed(live: Live, hub: int) -> None:
    for name, (seq, statement) in FORGERIES.items():
        with psycopg.connect(live.server.admin) as everything:
            everything.execute("CREATE SCHEMA kept")
            tables = [f"ledger_{table}" for table in ("head", "account", "balance", "entry", "posting")]
            for table in tables:
                everything.execute(f"CREATE TABLE kept.{table} AS TABLE {table}")
            everything.execute("SET session_replication_role = replica")
            everything.execute(statement)
            everything.commit()
            found = check(live, hub)
            assert (name, found.ok, found.first_bad_seq) == (name, False, seq)
            assert found.reason
            for table in tables:
                everything.execute(f"DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept.{table}")
            everything.execute("DROP SCHEMA kept CASCADE")
    assert check(live, hub).ok


def test_the_command_prints_counts(live: Live, hub: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(live.app, None)
    assert "1 hub, 6 entries, 12 postings" in capsys.readouterr().out


def test_the_command_names_the_first_entry_that_fails(live: Live, hub: int, capsys: pytest.CaptureFixture[str]) -> None:
    with psycopg.connect(live.server.admin) as everything:
        everything.execute("SET session_replication_role = replica")
        everything.execute("UPDATE ledger_entry SET memo = 'else' WHERE seq IN (2, 5)")
    assert not report(live.app, "lyon")
    assert "entry 2 (sale:2)" in capsys.readouterr().err


def test_the_command_refuses_a_hub_that_is_not_there(live: Live) -> None:
    with pytest.raises(NotFound):
        report(live.app, "atlantis")
