"""The provider's books: every movement is a line, a balance is the sum of its lines."""

from __future__ import annotations

from datetime import datetime

from psycopg import sql

from hubapp.money.payments.sandbox.errors import balance_insufficient, no_such
from hubapp.money.payments.sandbox.store import Body, Page, Row, Tx, new_id, stamp

CATEGORY = {"payment": "charge", "payment_refund": "refund", "transfer_refund": "transfer_reversal"}


def record(
    tx: Tx,
    *,
    account: str,
    kind: str,
    source: str,
    amount: int,
    currency: str,
    fee: int = 0,
    available_on: datetime | None = None,
) -> str:
    """Write a line; without `available_on` it counts at once. Returns its id."""
    line_id = new_id("balance_transaction")
    tx.connection.execute(
        "INSERT INTO balance_line (id, account, type, source, currency, amount, fee, created, available_on)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (line_id, account, kind, source, currency, amount, fee, tx.now, available_on or tx.now),
    )
    return line_id


def require(tx: Tx, *, account: str, currency: str, amount: int) -> None:
    """Lock a balance until the transaction ends and refuse when less than `amount` is available.

    The lock makes a second spender wait and then see the first one's line.
    """
    lock = "SELECT FROM balance WHERE account = %s AND currency = %s FOR UPDATE"
    if tx.connection.execute(lock, (account, currency)).rowcount == 0:
        create = "INSERT INTO balance (account, currency) VALUES (%s, %s) ON CONFLICT DO NOTHING"
        tx.connection.execute(create, (account, currency))
        tx.connection.execute(lock, (account, currency))
    row = tx.connection.execute(
        "WITH lines AS (UPDATE balance_line SET settled = true WHERE NOT settled"
        "  AND account = %(account)s AND currency = %(currency)s AND available_on <= %(now)s RETURNING net)"
        " UPDATE balance SET amount = amount + (SELECT coalesce(sum(net), 0) FROM lines)"
        " WHERE account = %(account)s AND currency = %(currency)s RETURNING amount",
        {"account": account, "currency": currency, "now": tx.now},
    ).fetchone()
    if row is None or row["amount"] < amount:
        raise balance_insufficient()


def balance(tx: Tx, account: str) -> Body:
    """An account's balance as the API shows it, one line per currency."""
    rows = tx.connection.execute(
        "SELECT currency, sum(available)::bigint AS available, sum(pending)::bigint AS pending FROM ("
        " SELECT currency, amount AS available, 0 AS pending FROM balance WHERE account = %(account)s"
        " UNION ALL SELECT currency, CASE WHEN available_on <= %(now)s THEN net ELSE 0 END,"
        " CASE WHEN available_on <= %(now)s THEN 0 ELSE net END"
        " FROM balance_line WHERE account = %(account)s AND NOT settled) AS parts GROUP BY currency ORDER BY currency",
        {"account": account, "now": tx.now},
    ).fetchall()
    shown: Body = {"object": "balance", "livemode": False}
    for column in ("available", "pending"):
        shown[column] = [
            {"amount": row[column], "currency": row["currency"], "source_types": {"card": row[column]}} for row in rows
        ]
    return shown


def show(tx: Tx, row: Row) -> Body:
    """A line as the API shows it."""
    charged = [{"amount": row["fee"], "application": None, "currency": row["currency"], "type": "stripe_fee"}]
    for detail in charged:
        detail["description"] = "Sandbox processing fee"
    return {
        "id": row["id"],
        "object": "balance_transaction",
        "amount": row["amount"],
        "available_on": stamp(row["available_on"]),
        "balance_type": "payments",
        "created": stamp(row["created"]),
        "currency": row["currency"],
        "description": None,
        "exchange_rate": None,
        "fee": row["fee"],
        "fee_details": charged if row["fee"] else [],
        "net": row["net"],
        "reporting_category": _category(row),
        "source": row["source"],
        "status": "available" if row["available_on"] <= tx.now else "pending",
        "type": row["type"],
    }


def _category(row: Row) -> str:
    if row["type"] == "adjustment":  # only disputes make them here
        return "dispute" if row["amount"] < 0 else "dispute_reversal"
    return str(CATEGORY.get(row["type"], row["type"]))


def line(tx: Tx, line_id: str) -> Body:
    """One of the account's lines; refuses an id that it does not have."""
    query = "SELECT * FROM balance_line WHERE id = %s AND account = %s"
    row = tx.connection.execute(query, (line_id, tx.account)).fetchone()
    if row is None:
        raise no_such("balance transaction", line_id)
    return show(tx, row)


def lines(tx: Tx, page: Page) -> tuple[list[Body], bool]:
    """One page of the account's lines, newest first; filters: type, source, currency."""
    conditions: list[sql.Composable] = [sql.SQL("account = %(account)s")]
    values: Row = {"account": tx.account}
    for name, value in (page.matching or {}).items():
        conditions.append(sql.SQL("{} = {}").format(sql.Identifier(name), value))
    rows, more = tx.page("balance_line", conditions, values, page)
    return [show(tx, row) for row in rows], more
