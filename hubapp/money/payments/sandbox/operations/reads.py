"""What can be looked up: single objects, lists, balances, events, and objects within objects."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from hubapp.money.payments.sandbox import books
from hubapp.money.payments.sandbox.errors import ApiError, invalid_parameter, no_such
from hubapp.money.payments.sandbox.parameters import INT, TEXT, Param, nested
from hubapp.money.payments.sandbox.store import Body, Page, Row, Tx

CURSOR = {
    "limit": INT,
    "starting_after": TEXT,
    "ending_before": TEXT,
    "created": nested(gt=INT, gte=INT, lt=INT, lte=INT),
}
MOST = 100
DEEPEST = 4  # the API expands no further


def page_of(values: dict[str, Any], filters: dict[str, Param]) -> Page:
    """The cursor and the filters of a list request."""
    limit = values.get("limit", 10)
    if not 1 <= limit <= MOST:
        raise invalid_parameter("limit", f"Limit must be between 1 and {MOST}.")
    matching = {name: str(values[name]) for name in filters if name in values}
    return Page(limit, values.get("starting_after"), values.get("ending_before"), values.get("created"), matching)


def retrieve(tx: Tx, kind: str, object_id: str) -> Body:
    """One object of the account."""
    return tx.get(kind, object_id).body


def many(tx: Tx, kind: str, page: Page, url: str) -> Body:
    """A list of the account's objects."""
    rows, more = tx.listed(kind, page)
    return as_list([row["body"] for row in rows], more, url)


def lines(tx: Tx, page: Page, url: str) -> Body:
    """A list of the account's balance transactions."""
    found, more = books.lines(tx, page)
    return as_list(found, more, url)


def as_list(data: list[Body], more: bool, url: str) -> Body:  # noqa: FBT001  the API's own field
    """The envelope of every list."""
    return {"object": "list", "data": data, "has_more": more, "url": url}


def event(tx: Tx, event_id: str, *, any_account: bool = False) -> Body:
    """An event with the number of endpoints that still wait for it."""
    query = "SELECT * FROM event WHERE id = %s AND (account = %s OR %s)"
    row = tx.connection.execute(query, (event_id, tx.account, any_account)).fetchone()
    if row is None:
        raise no_such("event", event_id)
    return _waiting(tx, [row])[0]


def events(tx: Tx, page: Page, url: str, *, was_delivered: bool | None) -> Body:
    """A list of events; `was_delivered` False are those that some endpoint has not taken."""
    conditions: list[sql.Composable] = [sql.SQL("account = %(account)s")]
    values: Row = {"account": tx.account}
    if kind := (page.matching or {}).get("type"):
        conditions.append(sql.SQL("type = {}").format(kind))
    if was_delivered is not None:
        undelivered = "EXISTS (SELECT FROM delivery WHERE event_id = event.id AND state <> 'delivered')"
        conditions.append(sql.SQL("NOT " + undelivered if was_delivered else undelivered))
    rows, more = tx.page("event", conditions, values, page)
    return as_list(_waiting(tx, rows), more, url)


def _waiting(tx: Tx, rows: list[Row]) -> list[Body]:
    counts = tx.connection.execute(
        "SELECT event_id, count(*) AS number FROM delivery WHERE state = 'pending' AND event_id = ANY(%s) GROUP BY 1",
        ([row["id"] for row in rows],),
    ).fetchall()
    waiting = {row["event_id"]: row["number"] for row in counts}
    return [row["body"] | {"pending_webhooks": waiting.get(row["id"], 0)} for row in rows]


def expand(tx: Tx, body: Body, path: str) -> None:
    """Put objects in the place of their ids along a path such as `data.balance_transaction`."""
    parts = path.split(".")
    if len(parts) - (parts[0] == "data") > DEEPEST:
        raise invalid_parameter("expand", f"You cannot expand more than {DEEPEST} levels of a property.")
    _expand(tx, body, parts, path)


def _expand(tx: Tx, body: Body, parts: list[str], path: str) -> None:
    name, rest = parts[0], parts[1:]
    if name == "data" and body.get("object") == "list":
        for item in body["data"]:
            _expand(tx, item, rest, path)
        return
    if name not in body:
        raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
    if isinstance(body[name], str):
        body[name] = _by_id(tx, body[name], path)
    if rest and isinstance(body[name], dict):
        _expand(tx, body[name], rest, path)


def _by_id(tx: Tx, object_id: str, path: str) -> Body:
    if object_id.startswith("txn_"):
        return books.line(tx, object_id)
    query = "SELECT body FROM resource WHERE id = %s AND account = %s"
    row = tx.connection.execute(query, (object_id, tx.account)).fetchone()
    if row is None:
        raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
    body: Body = row["body"]
    return body
