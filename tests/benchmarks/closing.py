"""The engine alone in a process of its own, so that its peak memory is its own; prints what it took as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import psycopg

from hubapp.earnings.compensation.plans import engine
from hubapp.earnings.compensation.plans.columns import total
from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.kernel import columns
from tests.benchmarks import network
from tests.benchmarks.network import Columns, Size

ROOT = Path(__file__).parents[2]
ROUNDS = 9
TABLES = {
    "member": "id int PRIMARY KEY, sponsor int NOT NULL, customers int NOT NULL, customer_cv bigint NOT NULL,"
    " earlier_cv bigint NOT NULL, active boolean NOT NULL, ranks smallint NOT NULL",
    "sale": "id bigint PRIMARY KEY, seller int NOT NULL, buyer smallint NOT NULL, kind smallint NOT NULL,"
    " cv bigint NOT NULL, amount bigint NOT NULL, pv bigint NOT NULL, hub int NOT NULL",
}


def alone(name: str, size: Size) -> dict[str, Any]:
    """The engine, tree and all, on columns in memory, by turns with a copy of the columns that it reads; CPU time."""
    found = network.read_only(network.columns(size), name)
    plan, arrays = network.plan(name), network.arrays(found)
    warm = [np.empty_like(column) for column in arrays]
    copied, closed, rolled = [], [], []
    for _ in range(ROUNDS):
        begin = time.process_time()
        for source, target in zip(arrays, warm, strict=True):
            np.copyto(target, source)
        copied.append(time.process_time() - begin)
        begin = time.process_time()
        result = engine.compute(plan, network.inputs(found))
        paid = total(result.due)
        closed.append(time.process_time() - begin)
        begin = time.perf_counter()
        gv = Ground(network.inputs(found)).gv
        rolled.append(time.perf_counter() - begin)
    return {
        "copy": median(copied),
        "close": median(closed),
        "roll_up": median(rolled),
        "paid": paid,
        "gv": total(gv),
        "peak": _peak(),
    }


def fill(dsn: str, found: Columns) -> None:
    """Tables of the benchmark's own, with the whole network."""
    with psycopg.connect(dsn) as connection:
        for table, shape in TABLES.items():
            connection.execute(f"CREATE TABLE {table} ({shape})")  # type: ignore[arg-type]
        for table, kept in found.items():
            width = np.int32 if table == "member" else np.int64
            numbers = np.arange(len(next(iter(kept.values()))), dtype=width)
            columns.write(connection, table, {"id": numbers, **kept})
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def _peak() -> float:
    """MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    plan_name, *sizes = sys.argv[1:]
    sys.stdout.write(json.dumps(alone(plan_name, Size(*map(int, sizes)))))
