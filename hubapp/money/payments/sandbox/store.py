"""One transaction in the sandbox's database: its moment, its account, its objects and the events they cause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString, TypeAlias

from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from hubapp.kernel import clock, ids
from hubapp.money.payments.sandbox.errors import invalid_parameter, no_such

Body: TypeAlias = dict[str, Any]
Row: TypeAlias = dict[str, Any]

PLATFORM = "acct_sbxplatform"
API_VERSION = "2026-05-27.dahlia"
PREFIX = {
    "account": "acct",
    "balance_transaction": "txn",
    "bank_account": "ba",
    "charge": "ch",
    "customer": "cus",
    "dispute": "du",
    "checkout.session": "cs_test",
    "event": "evt",
    "file": "file",
    "link": "link",
    "payment": "py",
    "payment_intent": "pi",
    "payment_refund": "pyr",
    "payment_method": "pm",
    "payout": "po",
    "refund": "re",
    "setup_intent": "seti",
    "transfer": "tr",
    "transfer_reversal": "trr",
}


_FIND: LiteralString = "SELECT * FROM resource WHERE id = %s AND kind = %s AND account = %s"
_FIND_LOCKED: LiteralString = _FIND + " FOR UPDATE"


def new_id(kind: str) -> str:
    """A fresh id that nobody can mistake for a live one."""
    return f"{PREFIX[kind]}_sbx{ids.uuid7().hex}"


def stamp(moment: datetime) -> int:
    """A moment as the API shows it: whole seconds since 1970."""
    return int(moment.timestamp())


@dataclass(slots=True)
class Stored:
    """An object in hand, locked if it was asked for so; `private` never leaves the sandbox."""

    id: str
    kind: str
    account: str
    body: Body
    private: Body
    due_at: datetime | None


@dataclass(slots=True)
class Page:
    """What a list request asks for; `matching` compares fields of the objects."""

    limit: int = 10
    starting_after: str | None = None
    ending_before: str | None = None
    created: dict[str, int] | None = None
    matching: dict[str, str] | None = None


class Tx:
    """A transaction with the moment at which it began, on behalf of one account."""

    def __init__(
        self, connection: Connection[Row], *, site: str, account: str = PLATFORM, request_key: str | None = None
    ) -> None:
        self.connection = connection
        self.site = site
        self.account = account
        self.request_key = request_key
        self._read_clock("SELECT ahead_by FROM clock")

    def _read_clock(self, statement: LiteralString, *values: object) -> None:
        row = self.connection.execute(statement, values).fetchone()
        self.ahead_by: timedelta = (row or {})["ahead_by"]
        # Whole seconds, as the API shows them: what it calls available then is available then.
        self.now: datetime = (clock.wall() + self.ahead_by).replace(microsecond=0)

    def move_clock(self, by: timedelta) -> timedelta:
        """Move the clock forward, for what follows in this transaction too, and answer the new offset."""
        self._read_clock("UPDATE clock SET ahead_by = ahead_by + %s RETURNING ahead_by", by)
        return self.ahead_by

    @property
    def created(self) -> int:
        """Now, as the API shows it."""
        return stamp(self.now)

    def insert(self, kind: str, body: Body, *, private: Body | None = None, due_at: datetime | None = None) -> Stored:
        """Keep a new object; its body carries its id."""
        self.connection.execute(
            "INSERT INTO resource (id, kind, account, created, due_at, body, private)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (body["id"], kind, self.account, self.now, due_at, Jsonb(body), Jsonb(private or {})),
        )
        return Stored(body["id"], kind, self.account, body, private or {}, due_at)

    def save(self, stored: Stored) -> None:
        """Keep what changed in an object."""
        self.connection.execute(
            "UPDATE resource SET body = %s, private = %s, due_at = %s WHERE id = %s",
            (Jsonb(stored.body), Jsonb(stored.private), stored.due_at, stored.id),
        )

    def find(self, kind: str, object_id: str, *, lock: bool = False) -> Stored | None:
        """An object of the account in whose name we act, or None."""
        if "\0" in object_id:  # the database cannot even ask for it
            return None
        row = self.connection.execute(_FIND_LOCKED if lock else _FIND, (object_id, kind, self.account)).fetchone()
        return stored_from(row) if row else None

    def get(self, kind: str, object_id: str, *, lock: bool = False) -> Stored:
        """An object of the account in whose name we act; refuses an id that it does not have."""
        if (stored := self.find(kind, object_id, lock=lock)) is None:
            raise no_such(kind, object_id)
        return stored

    def listed(self, kind: str, page: Page) -> tuple[list[Body], bool]:
        """One page of an account's objects, newest first, and whether there are more."""
        conditions: list[sql.Composable] = [sql.SQL("kind = %(kind)s AND account = %(account)s")]
        values: Row = {"kind": kind, "account": self.account}
        for field, value in (page.matching or {}).items():
            conditions.append(sql.SQL("body ->> {field} = {value}").format(field=sql.Literal(field), value=value))
        return self.page("resource", conditions, values, page)

    def page(self, table: str, conditions: list[sql.Composable], values: Row, page: Page) -> tuple[list[Body], bool]:
        """One page of any table that has id, seq, created and body, by the API's cursor rules."""
        backwards = page.ending_before is not None
        cursor = page.ending_before or page.starting_after
        if cursor is not None:
            row = self.connection.execute(
                sql.SQL("SELECT seq FROM {} WHERE id = %s").format(sql.Identifier(table)), (cursor,)
            ).fetchone()
            if row is None:
                raise no_such("object", cursor)
            conditions = [*conditions, sql.SQL("seq > %(seq)s") if backwards else sql.SQL("seq < %(seq)s")]
            values["seq"] = row["seq"]
        for name, seconds in (page.created or {}).items():
            conditions = [*conditions, _created(name, seconds)]
        query = sql.SQL("SELECT * FROM {table} WHERE {where} ORDER BY seq {order} LIMIT {limit}").format(
            table=sql.Identifier(table),
            where=sql.SQL(" AND ").join(conditions),
            order=sql.SQL("ASC" if backwards else "DESC"),
            limit=page.limit + 1,
        )
        rows = self.connection.execute(query, values).fetchall()
        found = rows[: page.limit]
        return (found[::-1] if backwards else found), len(rows) > page.limit

    def emit(self, kind: str, body: Body) -> None:
        """Write an event and its deliveries in this transaction: both happened or neither did."""
        event_id = new_id("event")
        event: Body = {
            "id": event_id,
            "object": "event",
            "api_version": API_VERSION,
            "created": self.created,
            "data": {"object": body},
            "livemode": False,
            "pending_webhooks": 0,
            "request": {"id": None, "idempotency_key": self.request_key},
            "type": kind,
        }
        if self.account != PLATFORM:
            event["account"] = self.account
        self.connection.execute(
            "INSERT INTO event (id, account, type, created, body) VALUES (%s, %s, %s, %s, %s)",
            (event_id, self.account, kind, self.now, Jsonb(event)),
        )
        self.connection.execute(
            "INSERT INTO delivery (event_id, endpoint_id, next_at)"
            " SELECT %s, id, %s FROM endpoint WHERE enabled AND kind = %s",
            (event_id, self.now, "platform" if self.account == PLATFORM else "connect"),
        )


def stored_from(row: Row) -> Stored:
    """An object from its row."""
    return Stored(row["id"], row["kind"], row["account"], row["body"], row["private"], row["due_at"])


_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "eq": "="}


def _created(name: str, seconds: int) -> sql.Composed:
    if name not in _COMPARISONS:
        raise invalid_parameter(f"created[{name}]", f"Unknown comparison: {name}")
    moment = datetime.fromtimestamp(seconds, UTC)
    return sql.SQL("date_trunc('second', created) {} {}").format(sql.SQL(_COMPARISONS[name]), moment)
