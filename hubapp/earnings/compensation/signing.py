"""The signed file of what a closed period paid somebody, made from its frozen inputs (platform scope)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from sqlalchemy import select

from hubapp.earnings.compensation import calendar, corrected, explaining, queries
from hubapp.earnings.compensation.errors import NoSuchPeriod
from hubapp.earnings.compensation.models import PlanPeriod, PlanSale
from hubapp.earnings.compensation.running import Run as Computed
from hubapp.earnings.compensation.standing import Standing
from hubapp.earnings.compensation.statement import issuing
from hubapp.earnings.compensation.statement.building import (
    Closed,
    Correction,
    Earner,
    ImplementationsDisagree,
    Period,
    PlanText,
    Run,
)
from hubapp.earnings.compensation.statement.network import Network
from hubapp.kernel.config import Settings
from hubapp.kernel.db import db
from hubapp.kernel.money import exponent
from hubapp.tenancy import network


def signed(*, account_id: UUID, name: str, standing: Standing, settings: Settings) -> tuple[str, bytes]:
    """File name and file, with every correction; the same again for the same key, until another close corrects it.

    Refuses with NoSuchPeriod like the page itself, and where somebody was not in the period.
    """
    found = explaining.statement(account_id=account_id, standing=standing)
    period, run = found.period, found.run
    if not found.has_file:
        raise NoSuchPeriod(standing.span.name, standing.currency)
    computed = explaining.run_of(period.id, period.frozen or run.frozen)
    closed = _closed(account_id, period, computed, (str(run.id), run.inputs_digest, run.result_digest))
    file = issuing.issue(
        closed=closed,
        earner=Earner(str(account_id), name),
        settings=settings,
        corrections=_corrections(account_id, found.corrections),
        later=_corrections(account_id, found.later),
    )
    return issuing.file_name(closed), file


def _closed(account_id: UUID, period: PlanPeriod, computed: Computed, run: tuple[str, str, str]) -> Closed:
    return Closed(
        network=Network(computed.result),
        period=Period(
            name=_name(period),
            currency=period.currency,
            exponent=exponent(period.currency),
            begins=period.first_day.isoformat(),
            ends=(period.end_day - calendar.DAY).isoformat(),
        ),
        run=Run(*run),
        text=PlanText(queries.version(period.version_id).source),
        numbers=_numbers(account_id, computed),
    )


def _name(period: PlanPeriod) -> str:
    return calendar.of_days(period.first_day, period.end_day).name


def _corrections(account_id: UUID, found: Sequence[corrected.Correction]) -> list[Correction]:
    return [_correction(account_id, one) for one in found]


def _correction(account_id: UUID, one: corrected.Correction) -> Correction:
    """Both runs computed again; nothing is signed that is not what was booked."""
    sides = []
    for run in (one.before, one.run):
        digests = (str(run.id), run.inputs_digest, run.result_digest)
        sides.append(_closed(account_id, one.period, explaining.run_of(one.period.id, run.frozen), digests))
    was, now = sides
    computed, booked = _differences(str(account_id), was, now), {row.component: row.difference for row in one.rows}
    if computed != booked:
        raise ImplementationsDisagree(f"{_name(one.period)} again: {computed} here, {booked} in the books")
    return Correction(was, now, _name(one.booked_with))


def _differences(account: str, was: Closed, now: Closed) -> dict[str, int]:
    old, new = ([row[side.network.place[account]] for row in side.network.final] for side in (was, now))
    names = [component.id for component in now.network.plan.components]
    return {name: two - first for name, first, two in zip(names, old, new, strict=True) if first != two}


def _numbers(account_id: UUID, computed: Computed) -> dict[str, str]:
    """Sale → hub, order and line, of one's own sales in the period."""
    orders = computed.inputs.orders
    place = computed.inputs.members.ids.index(str(account_id))
    ids = [UUID(orders.ids[at]) for at in np.flatnonzero(orders.seller == place).tolist()]
    rows = db.session.execute(
        select(PlanSale.id, PlanSale.hub_id, PlanSale.number, PlanSale.position).where(PlanSale.id.in_(ids))
    ).all()
    slugs = {hub_id: slug for hub_id, (slug, _name) in network.names({row.hub_id for row in rows}).items()}
    return {str(row.id): f"{slugs[row.hub_id]} {row.number}/{row.position + 1}" for row in rows}
