"""Bringing history in: the whole import against COPYing the rows that it ends up with."""

from __future__ import annotations

import csv
import gzip
import io
import random
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
from psycopg import sql

from hubapp.kernel.paths import HUBS
from hubapp.kernel.server import Server
from tests.benchmarks.ground import Ground
from tests.benchmarks.measuring import Result
from tests.conftest import SHARED

REAL = SHARED / "data" / "online-retail" / "2010-12_2011-02.csv.gz"
MAP = HUBS / "_import" / "online-retail.toml"
LINES, DOCUMENTS, ARTICLES, CUSTOMERS = 105_000, 4_900, 2_700, 1_700
COUNTRIES = ("United Kingdom",) * 28 + ("France", "Germany", "EIRE", "Spain")
HEADER = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
PEAK = re.compile(r"Peak memory (\d+) MiB")
# Kept by triggers on the books; a chain's head stands before its first entry.
DERIVED = ("ledger_balance", "ledger_head")
HEAD = (
    "INSERT INTO ledger_head (hub_id, seq, hash) VALUES (%s, 0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING"
)


def bring(ground: Ground) -> list[Result]:
    """Both by the wall clock, for the database works as much as we do; each into a database of its own, by turns."""
    file = REAL if REAL.exists() else _generated(ground.folder / "history.csv.gz")
    imports, copies, peak, rows = [], [], 0, 0
    for number in range(2):
        source, target = ground.database(f"imported_{number}"), ground.database(f"copied_{number}")
        begin = time.perf_counter()
        peak = max(peak, _import(ground, source, file))
        imports.append(time.perf_counter() - begin)
        with psycopg.connect(target.admin) as connection:
            given = set(_tables(connection))
        with psycopg.connect(source.admin) as connection:
            tables = [table for table in _tables(connection) if table not in given]
            dumped = {table: _dump(connection, table) for table in tables}
        begin = time.perf_counter()
        rows = _copy(target, dumped)
        copies.append(time.perf_counter() - begin)
    name = "105,335 real lines" if file == REAL else f"{LINES:,} generated lines"
    return [
        Result(
            f"`hubapp import sales` of {name} against COPYing the {rows:,} rows it ends up with",
            f"{min(imports):.1f} s : {min(copies):.1f} s",
            min(imports) / min(copies),
            5,
        ),
        Result("Its peak memory", "the importing process", peak, 500, " MiB"),
    ]


def _import(ground: Ground, server: Server, file: Path) -> int:
    """Run the command as people do; returns its peak memory in MiB."""
    command = [sys.executable, "-m", "hubapp.cli", "import", "sales", str(file), "--map", str(MAP)]
    command += ["--rejects", str(ground.folder / "rejects.csv")]
    done = subprocess.run(command, env=ground.environment(server), check=False, capture_output=True, text=True)
    found = PEAK.search(done.stdout)
    if done.returncode or found is None:
        raise RuntimeError(f"the import ended with {done.returncode}: {done.stderr[-2000:]}")
    return int(found[1])


def _tables(connection: psycopg.Connection) -> list[str]:
    """Tables with rows, what is pointed at before what points to it."""
    names = [row[0] for row in connection.execute("SELECT relname FROM pg_stat_user_tables ORDER BY 1")]
    edges = connection.execute(
        "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
    ).fetchall()
    left, order = names, list[str]()
    while left:
        free = [name for name in left if not any(a == name and b in left and b != name for a, b in edges)]
        order += free or left
        left = [name for name in left if name not in order]
    return [name for name in order if name not in DERIVED and _has_rows(connection, name)]


def _has_rows(connection: psycopg.Connection, table: str) -> bool:
    asked = sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(table))
    return connection.execute(asked).fetchone() is not None


def _columns(connection: psycopg.Connection, table: str) -> list[str]:
    return [
        row[0]
        for row in connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
            "AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
            (table,),
        )
    ]


Part = tuple[list[str], bytes]


def _dump(connection: psycopg.Connection, table: str) -> dict[int, Part]:
    """The table's rows as COPY writes them, by hub; 0: rows of no hub."""
    columns = _columns(connection, table)
    of = "hub_id" if "hub_id" in columns else "0"
    hubs = [row[0] for row in connection.execute(f"SELECT DISTINCT coalesce({of}, 0) FROM {table}")]  # type: ignore[arg-type]
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    parts = {}
    for hub in hubs:
        statement = sql.SQL(
            "COPY (SELECT {} FROM {} WHERE coalesce({}, 0) = {} ORDER BY {}) TO STDOUT (FORMAT BINARY)"
        ).format(
            listed, sql.Identifier(table), sql.SQL(of), sql.Literal(hub), sql.SQL("seq" if "seq" in columns else "1")
        )
        with connection.cursor().copy(statement) as copy:
            parts[hub] = (columns, b"".join(bytes(block) for block in copy))
    return parts


def _copy(target: Server, dumped: dict[str, dict[int, Part]]) -> int:
    """The same rows, table by table, one transaction per hub as the import has; triggers and constraints on."""
    hubs = sorted({hub for parts in dumped.values() for hub in parts})
    rows = 0
    with psycopg.connect(target.admin) as connection:
        for hub in hubs:
            for table, parts in dumped.items():
                if hub in parts:
                    if table == "ledger_entry":
                        connection.execute(HEAD, (hub,))
                    rows += _put(connection, table, *parts[hub])
            connection.commit()
    return rows


# What the import does as well: a plan made for an empty table lasts, and would make this forty times as slow.
MANY = 300


def _put(connection: psycopg.Connection, table: str, columns: Sequence[str], content: bytes) -> int:
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(sql.Identifier(table), listed)
    cursor = connection.cursor()
    with cursor.copy(statement) as copy:
        copy.write(content)
    if cursor.rowcount >= MANY:
        connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
    return cursor.rowcount


def _generated(path: Path) -> Path:
    """A file of the real one's shape: documents of a few customers and articles, some taken back, some odd codes."""
    chance = random.Random(11)
    rows = []
    for number in range(DOCUMENTS):
        is_back = number % 6 == 5
        document = f"{'C' if is_back else ''}{536_365 + number}"
        at = datetime(2010, 12, 1, 8) + timedelta(minutes=26 * number)  # noqa: DTZ001  the map names the zone
        country = chance.choice(COUNTRIES)
        customer = "" if chance.random() < 1 / 3 else f"{12_000 + chance.randrange(CUSTOMERS)}.0"
        for _ in range(2 if is_back else chance.randrange(1, 2 * LINES // DOCUMENTS + 8)):
            article = "POST" if chance.random() < 0.01 else f"{20_000 + int(chance.paretovariate(0.8)) % ARTICLES}"
            quantity = chance.choice((1, 1, 2, 4, 6, 12, 24))
            price = chance.choice(("0.85", "1.25", "2.55", "3.39", "4.95", "12.75"))
            rows.append(
                (
                    document,
                    article,
                    f"ARTICLE {article}",
                    -quantity if is_back else quantity,
                    at,
                    price,
                    customer,
                    country,
                )
            )
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    writer.writerows(rows[:LINES])
    path.write_bytes(gzip.compress(text.getvalue().encode()))
    return path
