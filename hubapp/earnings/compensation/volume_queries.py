"""Reading volumes between closes: what was folded and what was not, together, as the close would count them now.

For everybody who takes part. Who left has no group at the close; here theirs goes on, and pages do not show it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, union_all

from hubapp.earnings.compensation.models import PlanVolume, PlanVolumeDelta
from hubapp.kernel.db import db


@dataclass(frozen=True, slots=True)
class Volumes:
    """Somebody's cv in a period, in minor units: `own` and `group` of customers that counts, `all_group` of anybody."""

    own: int = 0
    group: int = 0
    all_group: int = 0


def volumes(account_id: UUID, currency: str, first_day: date) -> Volumes:
    """One person's."""
    return volumes_of([account_id], currency, first_day).get(account_id, Volumes())


def volumes_of(account_ids: Collection[UUID], currency: str, first_day: date) -> dict[UUID, Volumes]:
    """Those of several people, in one statement, which sees each row either folded or not; nobody's is not in it."""
    if not account_ids:
        return {}
    parts = [
        select(
            table.account_id.label("account_id"),
            table.own.label("own"),
            table.group.label("group_cv"),
            table.all_group.label("all_group"),
        ).where(table.currency == currency, table.first_day == first_day, table.account_id.in_(account_ids))
        for table in (PlanVolume, PlanVolumeDelta)
    ]
    rows = union_all(*parts).subquery()
    sums = (func.sum(rows.c.own), func.sum(rows.c.group_cv), func.sum(rows.c.all_group))
    found = db.session.execute(select(rows.c.account_id, *sums).group_by(rows.c.account_id))
    return {account: Volumes(int(own), int(group), int(every)) for account, own, group, every in found}
