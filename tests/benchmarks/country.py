"""A country's worth of the product's own tables: who takes part under whom, in which hub, and what a month sold."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import numpy as np
import psycopg
from psycopg import sql

from hubapp.kernel import columns
from hubapp.kernel.columns import Column
from hubapp.web.areas import HubFlask
from tests.benchmarks.network import HUBS, KINDS, PLANS, Columns
from tests.factories.hubs import make_hub

MONTH, CLOSES = "2027-01", "2027-02-18T09:00:00+00:00"
MEMBER = "CREATE UNLOGGED TABLE load_member (account uuid, sponsor uuid, hub int8, number int4)"
SALE = (
    "CREATE UNLOGGED TABLE load_sale (id uuid, hub int8, seller uuid, buyer uuid, kind int2, amount int8, cv int8,"
    " pv int8, number int4)"
)
BEGIN = "timestamptz '2026-06-01 12:00+00'"
PEOPLE = (
    f"""INSERT INTO account (id, email, name, locale, is_central, is_demo, created_at, confirmed_at)
    SELECT account, 'person' || number || '@example.org', 'Person ' || number, 'en', false, false, {BEGIN}, {BEGIN}
    FROM load_member""",
    f"""INSERT INTO participant (account_id, terms, joined_at, shows_name)
    SELECT account, '1', {BEGIN}, false FROM load_member""",
    f"""INSERT INTO sponsorship (id, account_id, sponsor_id, since)
    SELECT uuidv7(), account, sponsor, {BEGIN} FROM load_member""",
    f"""INSERT INTO membership_index (account_id, hub_id, role, joined_at)
    SELECT account, hub, 'member', {BEGIN} FROM load_member""",
    f"""INSERT INTO connector_term (id, in_hub_id, account_id, share_bps, since)
    SELECT DISTINCT ON (hub) uuidv7(), hub, account, 10000, {BEGIN} FROM load_member ORDER BY hub, number""",
)
# One line an order, one after the other through the month, in the order of a hub's rows.
SOLD = """
    INSERT INTO plan_sale (hub_id, id, order_id, number, position, kind, currency, amount, cv, pv, seller_id, buyer_id,
      ordered_at, paid_at, handed_over_at, after_freeze, handed_after_freeze)
    SELECT hub, id, id, number::text, 0, (%(kinds)s::text[])[kind + 1], 'EUR', amount, cv, pv, seller, buyer, happened,
      happened, happened, 0, 0
    FROM (SELECT *, timestamptz '2027-01-01 00:00+00' + number * interval '30 days' / %(many)s AS happened
      FROM load_sale) AS one ORDER BY hub, id
"""
VERSION = """
    INSERT INTO plan_version (id, plan, version, currency, effective_from, source, digest, status, note, edited_by,
      edited_at, proposed_by, proposed_at, decided_by, decided_at, answer)
    SELECT uuidv7(), 'bench', 1, 'EUR', '2027-01-01', %(source)s, %(digest)s, 'announced', '', uuidv7(), now(),
      uuidv7(), now(), uuidv7(), now(), ''
"""
ANEW = ("plan_explained", "plan_line", "plan_run", "plan_period", "plan_version", "plan_volume", "plan_volume_delta")


def source(name: str) -> str:
    """A plan as text. The product gives nobody a rank, so that everybody who is active takes all levels."""
    lines = PLANS[name].read_text().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("depth_by_rank"))


def uuids(tag: int, count: int, chance: np.random.Generator) -> Column:
    """So many UUIDs of version 7 in ascending order, each a millisecond after the one before."""
    rows = np.frombuffer(chance.bytes(16 * count), np.uint8).reshape(-1, 16).copy()
    moments = (tag * 10**11 + np.arange(count)).astype(">u8").view(np.uint8).reshape(-1, 8)
    rows[:, :6] = moments[:, 2:]
    rows[:, 6], rows[:, 8] = rows[:, 6] & 0x0F | 0x70, rows[:, 8] & 0x3F | 0x80
    return np.ascontiguousarray(rows).view("S16")[:, 0]


def fill(app: HubFlask, admin: str, found: Columns, *, seed: int = 7) -> None:
    """The whole country, by someone whom neither triggers nor policies stop. Every third sale has a new customer."""
    chance, member, sale = np.random.default_rng(seed), found["member"], found["sale"]
    with app.app_context():
        hubs = np.array([make_hub(f"hub-{number}") for number in range(HUBS)], np.int64)
    many, sold = len(member["sponsor"]), len(sale["seller"])
    people, customers = uuids(16, many, chance), uuids(17, max(1, sold // 3), chance)
    above = np.append(people, b"").take(member["sponsor"])
    buyer = np.where(
        sale["buyer"] == 0, customers.take(chance.integers(0, len(customers), sold)), people.take(sale["seller"] // 2)
    )
    numbers = np.arange(max(many, sold), dtype=np.int32)
    loaded = {
        "load_member": {"account": people, "sponsor": above, "hub": hubs.take(numbers[:many] % HUBS)},
        "load_sale": {
            "id": uuids(18, sold, chance),
            "hub": hubs.take(sale["hub"]),
            "seller": people.take(sale["seller"]),
            "buyer": buyer,
            **{name: sale[name] for name in ("kind", "amount", "cv", "pv")},
        },
    }
    with psycopg.connect(admin) as connection:
        connection.execute("SET session_replication_role = replica")
        for table, shape in (("load_member", MEMBER), ("load_sale", SALE)):
            connection.execute(shape.encode())
            size = len(next(iter(loaded[table].values())))
            columns.write(connection, table, {**loaded[table], "number": numbers[:size]})
        connection.execute(
            "UPDATE load_member SET sponsor = NULL WHERE sponsor = '00000000-0000-0000-0000-000000000000'"
        )
        for statement in PEOPLE:
            connection.execute(statement.encode())
        _sell(connection, sold)
        connection.execute("DROP TABLE load_member, load_sale")
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def _sell(connection: psycopg.Connection[Any], many: int) -> None:
    """Indexes are built when all rows are there."""
    found = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'plan_sale' AND indexname LIKE 'ix%'"
    indexes = connection.execute(found.encode()).fetchall()
    for name, _ in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    connection.execute(SOLD, {"kinds": list(KINDS), "many": many})
    for _, definition in indexes:
        connection.execute(definition)


def announce(admin: str, name: str) -> None:
    """A plan instead of the one before, as if nothing had ever been closed."""
    text = source(name)
    with psycopg.connect(admin) as connection:
        connection.execute("SET session_replication_role = replica")
        for table in ANEW:
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        connection.execute(VERSION, {"source": text, "digest": sha256(text.encode()).hexdigest()})


def settle(admin: str) -> None:
    """As the database leaves tables by itself, in time."""
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE plan_volume, plan_volume_delta")
