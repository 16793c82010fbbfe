"""The signed file of what a closed period paid somebody, made from its frozen inputs (platform scope)."""

from __future__ import annotations

from uuid import UUID

import numpy as np
from sqlalchemy import select

from hubapp.earnings.compensation import calendar, explaining, queries
from hubapp.earnings.compensation.models import PlanSale
from hubapp.earnings.compensation.running import Run as Computed
from hubapp.earnings.compensation.standing import Standing
from hubapp.earnings.compensation.statement import issuing
from hubapp.earnings.compensation.statement.building import Closed, Earner, Period, PlanText, Run
from hubapp.earnings.compensation.statement.network import Network
from hubapp.kernel.config import Settings
from hubapp.kernel.db import db
from hubapp.kernel.money import exponent
from hubapp.tenancy import network


def signed(*, account_id: UUID, name: str, standing: Standing, settings: Settings) -> tuple[str, bytes]:
    """File name and file; the same again for the same key. Refuses with NoSuchPeriod like the page itself."""
    found = explaining.statement(account_id=account_id, standing=standing)
    period = found.period
    computed = explaining.run_of(period.id, period.cutoff or found.run.cutoff)
    closed = Closed(
        network=Network(computed.result),
        period=Period(
            name=calendar.of_days(period.first_day, period.end_day).name,
            currency=period.currency,
            exponent=exponent(period.currency),
            begins=period.first_day.isoformat(),
            ends=(period.end_day - calendar.DAY).isoformat(),
        ),
        run=Run(str(found.run.id), found.run.inputs_digest, found.run.result_digest),
        text=PlanText(queries.version(period.version_id).source),
        numbers=_numbers(account_id, computed),
    )
    return issuing.file_name(closed), issuing.issue(
        closed=closed, earner=Earner(str(account_id), name), settings=settings
    )


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
