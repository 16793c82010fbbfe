"""A period of the product closed in a process of its own, part by part; prints seconds and peak memory as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import datetime
from types import ModuleType
from typing import Any

from flask import Flask
from sqlalchemy import select, text

from hubapp.app import create_app
from hubapp.cli.ready import require_ready
from hubapp.earnings.compensation import calendar, edge, policies, queries, reading, signing, sources
from hubapp.earnings.compensation.freezing import Freeze
from hubapp.earnings.compensation.models import PlanPeriod, PlanVersion
from hubapp.earnings.compensation.plans import digests, engine
from hubapp.earnings.compensation.running import Run
from hubapp.earnings.compensation.services import booking, counting, filing, lines, periods, reconciling, writing
from hubapp.kernel.config import Settings
from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from tests.benchmarks.country import CLOSES, MONTH

LIVE, KEEP, SIGN = "live", "keep", "sign"  # in the place of a number of lines
# What a close goes through, by the functions that do it.
PARTS: dict[str, tuple[tuple[ModuleType, str], ...]] = {
    "reading": ((reading, "inputs_of"),),
    "engine": ((engine, "compute"),),
    "freezing": ((digests, "of_inputs"), (digests, "of_result")),
    "reconciling": ((reconciling, "reconcile"),),
    "posting": ((writing, "write_all"),),
}


def peak() -> float:
    """The most memory that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Clock:
    """Seconds by part, and the peak by the end of each."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = dict.fromkeys(PARTS, 0.0)
        self.peaks: dict[str, float] = {}

    def watch(self) -> None:
        """From now on."""
        for part, functions in PARTS.items():
            for module, name in functions:
                setattr(module, name, self._watched(part, getattr(module, name)))

    def _watched(self, part: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **named: Any) -> Any:
            begin = time.perf_counter()
            found = act(*given, **named)
            self.seconds[part] += time.perf_counter() - begin
            self.peaks[part] = peak()
            return found

        return run


def keep_live(app: Flask) -> None:
    """What sales leave behind when they go through the product one by one: everybody's live volumes, folded."""
    version = PlanVersion.id, PlanVersion.source
    with app.app_context(), platform_scope(reason="benchmark"), unit_of_work():
        version_id, text_ = db.session.execute(select(*version)).one()
        rule, span = policies.period_of(sources.read(text_)), calendar.named(MONTH)
        days = {"first_day": span.first, "end_day": span.end, "timezone": rule.timezone}
        event = calendar.EVENT_COLUMNS[rule.event_time]
        period = PlanPeriod(currency="EUR", version_id=version_id, event_time=event, **days)
        reconciling.correct(run=Run(period, Freeze(datetime.fromisoformat(CLOSES))))
        counting.fold(most=10**9)


def keep_lines(app: Flask) -> dict[str, float]:
    """What the job after a close does."""
    with app.app_context(), platform_scope(reason="benchmark"), unit_of_work():
        period_id = queries.named("EUR", MONTH).id
        begin, worked = time.perf_counter(), time.process_time()
        rows = lines.keep(period_id=period_id, now=datetime.fromisoformat(CLOSES))
        seconds, cpu = time.perf_counter() - begin, time.process_time() - worked
        size = db.session.scalar(text("SELECT pg_total_relation_size('plan_explained')"))
    return {"seconds": seconds, "cpu": cpu, "rows": rows, "bytes": size, "peak": peak()}


def sign_files(app: Flask) -> dict[str, float]:
    """What a worker does that signs two people's files of the period, and then comes to another network."""
    now, seconds = datetime.fromisoformat(CLOSES), []
    with app.app_context(), platform_scope(reason="benchmark"), unit_of_work():
        period_id = queries.named("EUR", MONTH).id
        people = db.session.scalars(text("SELECT account_id FROM plan_explained ORDER BY account_id LIMIT 2")).all()
    for account_id in people:
        begin = time.perf_counter()
        with app.app_context(), platform_scope(reason="benchmark"), unit_of_work():
            filing.sign(account_id=account_id, period_id=period_id, settings=edge.settings(), now=now)
        seconds.append(time.perf_counter() - begin)
    first = peak()
    with app.app_context(), platform_scope(reason="benchmark"), unit_of_work():
        signing.run_of(period_id, Freeze(now + calendar.DAY))
    return {"first": seconds[0], "second": seconds[1], "one": first, "two": peak()}


def close(app: Flask, most: int) -> dict[str, Any]:
    """Close the month, and book so many of its lines, each by the code that does it in the product."""
    now, clock = datetime.fromisoformat(CLOSES), Clock()
    clock.watch()
    begin = time.perf_counter()
    with app.app_context(), platform_scope(reason="benchmark"), unit_of_work():
        periods.close(currency="EUR", name=MONTH, by=SYSTEM, now=now)
    whole = time.perf_counter() - begin
    with app.app_context(), platform_scope(reason="benchmark"), unit_of_work():
        run = queries.closing_run(queries.named("EUR", MONTH).id)
        lines, paid = db.session.execute(text("SELECT count(*), sum(amount) FROM plan_line")).one()
        hubs = queries.hubs_waiting("EUR")
    if paid != run.figures["paid"]:
        raise RuntimeError(f"{paid} was written, {run.figures['paid']} is to be paid")
    if run.figures["differed"]:
        raise RuntimeError(f"live volumes of {run.figures['differed']} people are not what the close counted")
    found = {"seconds": clock.seconds, "peaks": clock.peaks, "whole": whole, "lines": lines, "figures": run.figures}
    begin, booked = time.perf_counter(), _book(app, hubs, most, now)
    return {**found, "peak": peak(), "booked": booked, "booking": time.perf_counter() - begin}


def _book(app: Flask, hubs: list[int], most: int, now: datetime) -> int:
    """Hub by hub, batch by batch, as the command and the worker do."""
    booked, waiting = 0, list(hubs)
    while waiting and booked < most:
        with app.app_context(), hub_scope(waiting[0]), unit_of_work():
            count = booking.book(now=now)
        booked += count
        if not count:
            waiting.pop(0)
    return booked


if __name__ == "__main__":
    settings = Settings()
    made = create_app(settings, require_ready(settings))
    what = sys.argv[1]
    jobs: dict[str, Callable[[Flask], Any]] = {LIVE: keep_live, KEEP: keep_lines, SIGN: sign_files}
    found = jobs[what](made) if what in jobs else close(made, int(what))
    sys.stdout.write(json.dumps(found))
