"""Reading volumes between closes: what was folded and what was not, together, as the close would count them now.

For everybody who takes part. Who left has no group at the close; here theirs goes on, and pages do not show it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, union_all

from hubapp.earnings.compensation.models import PlanVolume, PlanVolumeDelta
from hubapp.earnings.compensation.plans.live import NOTHING, Volumes
from hubapp.kernel.db import db

COLUMNS = ("own", "own_pv", "group", "group_pv", "outside", "all_group")


def volumes(account_id: UUID, currency: str, first_day: date) -> Volumes:
    """One person's, cv in minor units."""
    return volumes_of([account_id], currency, first_day).get(account_id, NOTHING)


def volumes_of(account_ids: Collection[UUID], currency: str, first_day: date) -> dict[UUID, Volumes]:
    """Those of several people, in one statement, which sees each row either folded or not; nobody's is not in it."""
    if not account_ids:
        return {}
    parts = [
        select(
            table.account_id.label("account_id"),
            *(getattr(table, name).label(f"n{place}") for place, name in enumerate(COLUMNS)),
        ).where(table.currency == currency, table.first_day == first_day, table.account_id.in_(account_ids))
        for table in (PlanVolume, PlanVolumeDelta)
    ]
    rows = union_all(*parts).subquery()
    sums = [func.sum(rows.c[f"n{place}"]) for place in range(len(COLUMNS))]
    found = db.session.execute(select(rows.c.account_id, *sums).group_by(rows.c.account_id))
    return {account: Volumes(*map(int, figures)) for account, *figures in found}
