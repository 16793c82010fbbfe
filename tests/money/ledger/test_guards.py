"""What the database itself refuses, whoever asks, with raw SQL and real commits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from psycopg import errors

from hubapp.kernel.db import unit_of_work
from hubapp.money.ledger import services as ledger
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.books import sale
from tests.factories.hubs import make_hub

TABLES = ("ledger_head", "ledger_account", "ledger_balance", "ledger_entry", "ledger_posting")


@dataclass
class Books:
    """Two hubs with one entry each, and a raw connection as the app's role in the first."""

    live: Live
    one: int
    two: int
    raw: psycopg.Connection

    def enter(self, hub_id: int | str) -> None:
        self.raw.execute("SELECT set_config('app.hub_id', %s, true)", (str(hub_id),))

    def announce(self, *amounts: int, legs: int = 2) -> None:
        """Insert an entry that fits the chain, with these postings, in the first hub; nothing is committed."""
        self.enter(self.one)
        self.raw.execute("SELECT * FROM ledger_take_head()")
        self.raw.execute(
            "INSERT INTO ledger_entry (hub_id, id, seq, idempotency_key, kind, ref, currency, occurred_at, memo, "
            "legs, prev_hash, hash) "
            "SELECT hub_id, uuidv7(), seq + 1, 'raw', 'raw', '', 'EUR', now(), '', %s, hash, "
            "sha256(hash) FROM ledger_head WHERE hub_id = %s",
            (legs, self.one),
        )
        for position, amount in enumerate(amounts):
            self.post(amount, position)

    def post(self, amount: int, position: int, key: str = "raw") -> None:
        self.raw.execute(
            "INSERT INTO ledger_posting (hub_id, id, entry_id, seq, legs, position, account_id, currency, amount, tag) "
            "SELECT e.hub_id, uuidv7(), e.id, e.seq, e.legs, %s, "
            "(SELECT id FROM ledger_account a WHERE a.hub_id = e.hub_id LIMIT 1), 'EUR', %s, '' "
            "FROM ledger_entry e WHERE e.hub_id = %s AND idempotency_key = %s",
            (position, amount, self.one, key),
        )


@pytest.fixture
def books(live: Live) -> Iterator[Books]:
    with live.app.app_context():
        one, two = make_hub("one"), make_hub("two")
        for hub_id in (one, two):
            with hub_scope(hub_id), unit_of_work():
                ledger.post(entry=sale())
    with psycopg.connect(live.server.conninfo("app")) as raw:
        yield Books(live, one, two, raw)
        raw.rollback()


def test_a_balanced_entry_by_raw_sql_is_taken(books: Books) -> None:
    books.announce(5, -5)
    books.raw.commit()
    books.enter(books.one)
    assert books.raw.execute("SELECT seq FROM ledger_head").fetchone() == (2,)


def test_an_unbalanced_entry_dies_at_commit(books: Books) -> None:
    books.announce(5, -4)
    with pytest.raises(errors.CheckViolation, match="unbalanced by 1"):
        books.raw.commit()


@pytest.mark.parametrize("amounts", [(), (5,)])
def test_an_entry_with_too_few_postings_dies_at_commit(books: Books, amounts: tuple[int, ...]) -> None:
    books.announce(*amounts)
    with pytest.raises(errors.CheckViolation, match="postings"):
        books.raw.commit()


@pytest.mark.parametrize("escape", ["", "two"])
def test_switching_the_hub_before_the_commit_does_not_blind_the_check(books: Books, escape: str) -> None:
    books.announce(5, -4)
    books.enter(books.two if escape else "")
    with pytest.raises(errors.CheckViolation, match="unbalanced"):
        books.raw.commit()


def test_switching_the_role_before_the_commit_does_not_blind_the_check(books: Books) -> None:
    with psycopg.connect(books.live.server.admin) as raw:
        raw.execute("SET ROLE hubapp_central")
        books.raw = raw
        books.announce(5, -4)
        raw.execute("SET ROLE hubapp_app")
        with pytest.raises(errors.CheckViolation, match="unbalanced"):
            raw.commit()


def test_no_posting_joins_an_entry_that_is_complete(books: Books) -> None:
    for position, error in ((2, errors.CheckViolation), (1, errors.UniqueViolation)):
        books.enter(books.one)
        with pytest.raises(error):
            books.post(5, position, key="sale:1")
        books.raw.rollback()


def test_a_posting_cannot_pretend_that_its_entry_has_more_legs(books: Books) -> None:
    books.enter(books.one)
    with pytest.raises(errors.ForeignKeyViolation):
        books.raw.execute(
            "INSERT INTO ledger_posting SELECT hub_id, uuidv7(), entry_id, seq, 3::smallint, 2::smallint, "
            "account_id, currency, amount, "
            "available_at, tag FROM ledger_posting LIMIT 1"
        )


@pytest.mark.parametrize("change", ["seq = seq + 2", "prev_hash = sha256(hash)"])
def test_an_entry_that_does_not_continue_the_chain_is_refused(books: Books, change: str) -> None:
    values = {"seq": "seq + 1", "prev_hash": "hash"}
    name, value = change.split(" = ")
    values[name] = value
    books.enter(books.one)
    with pytest.raises(errors.IntegrityConstraintViolation, match="chain"):
        books.raw.execute(
            "INSERT INTO ledger_entry (hub_id, id, seq, idempotency_key, kind, ref, currency, occurred_at, memo, "
            "legs, prev_hash, hash) "
            f"SELECT hub_id, uuidv7(), {values['seq']}, 'raw', 'raw', '', 'EUR', now(), '', 2, "
            f"{values['prev_hash']}, hash FROM ledger_head"
        )


@pytest.mark.parametrize("table", ["ledger_account", "ledger_entry", "ledger_posting"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET hub_id = hub_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_nothing_booked_is_ever_changed(books: Books, table: str, statement: str) -> None:
    books.enter(books.one)
    with pytest.raises(errors.InsufficientPrivilege):
        books.raw.execute(statement.format(table))
    with (
        psycopg.connect(books.live.server.admin) as everything,
        pytest.raises(errors.RestrictViolation, match="append-only"),
    ):
        everything.execute(statement.format(table))


@pytest.mark.parametrize("table", ["ledger_head", "ledger_balance"])
def test_the_app_cannot_write_what_triggers_keep(books: Books, table: str) -> None:
    books.enter(books.one)
    for statement in (
        f"UPDATE {table} SET hub_id = hub_id",
        f"DELETE FROM {table}",
        f"INSERT INTO {table} SELECT * FROM {table}",
    ):
        with pytest.raises(errors.InsufficientPrivilege), books.raw.transaction():
            books.raw.execute(statement)


@pytest.mark.parametrize("table", TABLES)
def test_without_a_hub_the_books_are_empty(books: Books, table: str) -> None:
    assert books.raw.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    books.enter(books.one)
    assert books.raw.execute(f"SELECT count(DISTINCT hub_id) FROM {table}").fetchone() == (1,)


def test_the_head_of_no_hub_cannot_be_taken(books: Books) -> None:
    with pytest.raises(errors.RaiseException, match="no hub"):
        books.raw.execute("SELECT * FROM ledger_take_head()")


def test_accounts_of_another_currency_cannot_be_booked_on(books: Books) -> None:
    books.announce(5)
    account = books.raw.execute(
        "INSERT INTO ledger_account SELECT hub_id, uuidv7(), owner, purpose, "
        "'JPY' FROM ledger_account LIMIT 1 RETURNING id"
    ).fetchone()
    with pytest.raises(errors.ForeignKeyViolation):
        books.raw.execute(
            "INSERT INTO ledger_posting SELECT hub_id, uuidv7(), entry_id, seq, legs, 1::smallint, %s, currency, "
            "-5, NULL, '' "
            "FROM ledger_posting WHERE seq = 2",
            account,
        )
