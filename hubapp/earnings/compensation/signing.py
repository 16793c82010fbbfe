"""The signed files of what closed periods paid people, made from their frozen inputs (platform scope).

A network is computed once for all files that are made together, one network at a time: what a file needs of it is kept,
and it goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from sqlalchemy import select

from hubapp.earnings.compensation import calendar, corrected, queries
from hubapp.earnings.compensation.explaining import Paid
from hubapp.earnings.compensation.freezing import Freeze
from hubapp.earnings.compensation.models import PlanPeriod, PlanRun, PlanSale
from hubapp.earnings.compensation.running import Run as Computed
from hubapp.earnings.compensation.statement import building, issuing
from hubapp.earnings.compensation.statement.body import ImplementationsDisagree
from hubapp.earnings.compensation.statement.building import (
    Again,
    Closed,
    Earner,
    Period,
    PlanText,
    Run,
    Told,
)
from hubapp.earnings.compensation.statement.network import Network
from hubapp.kernel.config import Settings
from hubapp.kernel.db import db
from hubapp.kernel.money import exponent
from hubapp.tenancy import network

MAIN = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to be made: whose, under which name, of what."""

    account_id: UUID
    name: str
    paid: Paid

    @property
    def earner(self) -> Earner:
        """Whose statement it is."""
        return Earner(str(self.account_id), self.name)

    @property
    def file_name(self) -> str:
        """E.g. statement-2027-01-EUR.json."""
        return issuing.file_name(_name(self.paid.period), self.paid.period.currency)

    def made_of(self, settings: Settings) -> str:
        """The same for the same bytes."""
        runs = [self.paid.run.id]
        for rows in (self.paid.corrections, self.paid.later):
            runs += [run.id for one in rows for run in (one.before, one.run)]
        return issuing.made_of(runs=runs, earner=self.earner, settings=settings)


@dataclass(frozen=True, slots=True)
class _Side:
    """One run that a file tells of, and its place in the file."""

    number: int
    at: str
    period: PlanPeriod
    run: PlanRun


def files(wanted: Sequence[Wanted], settings: Settings) -> list[bytes]:
    """The files, in this order. Who was not in the period, and only gives back of an earlier one, has one too."""
    found: dict[tuple[int, str, UUID], Told] = {}
    networks = _by_network(wanted)
    for one in sorted(networks, key=lambda one: one not in _last):
        found |= _told(wanted, networks[one], run_of(*one), settings)  # under no name, or it would stay for the next
    return [_file(number, row, found, settings) for number, row in enumerate(wanted)]


def _told(
    wanted: Sequence[Wanted], sides: Sequence[_Side], computed: Computed, settings: Settings
) -> dict[tuple[int, str, UUID], Told]:
    """What one network says to all that ask for it."""
    columns, found = Network(computed.result), {}
    for side in sides:
        one = wanted[side.number]
        closed = _closed(side, columns, _numbers(one.account_id, computed))
        salt = issuing.salt(settings, run=str(one.paid.run.id), account=one.earner.account)
        found[side.number, side.at, side.run.id] = building.told(closed, one.earner.account, salt, side.at)
    return found


_last: dict[tuple[UUID, Freeze], Computed] = {}


def run_of(period_id: UUID, freeze: Freeze) -> Computed:
    """A closed period computed again; its inputs are frozen, so that whoever asks next is answered from the same.

    The last one is kept, and goes before another is computed: a country's worth of columns is in memory once.
    """
    found = _last.get((period_id, freeze))
    if found is None:
        forget()
        found = _last[period_id, freeze] = Computed(db.session.get_one(PlanPeriod, period_id), freeze)
    return found


def forget() -> None:
    """Let go of the network that was computed last."""
    _last.clear()


def _by_network(wanted: Sequence[Wanted]) -> dict[tuple[UUID, Freeze], list[_Side]]:
    found: dict[tuple[UUID, Freeze], list[_Side]] = {}
    for number, one in enumerate(wanted):
        for side in _sides(number, one.paid):
            found.setdefault((side.period.id, side.run.frozen), []).append(side)
    return found


def _sides(number: int, paid: Paid) -> Iterator[_Side]:
    yield _Side(number, MAIN, paid.period, paid.run)
    for rows, place in ((paid.corrections, building.of_earlier), (paid.later, building.of_later)):
        for at, one in enumerate(rows):
            yield _Side(number, place(at), one.period, one.before)
            yield _Side(number, place(at), one.period, one.run)


def _file(number: int, one: Wanted, found: dict[tuple[int, str, UUID], Told], settings: Settings) -> bytes:
    main = found[number, MAIN, one.paid.run.id]

    def again(at: str, correction: corrected.Correction) -> Again:
        was, now = (found[number, at, run.id] for run in (correction.before, correction.run))
        return _checked(Again(was, now, _name(correction.booked_with)), correction)

    return issuing.issue(
        main=main,
        earner=one.earner,
        settings=settings,
        corrections=[again(building.of_earlier(at), row) for at, row in enumerate(one.paid.corrections)],
        later=[again(building.of_later(at), row) for at, row in enumerate(one.paid.later)],
    )


def _checked(one: Again, correction: corrected.Correction) -> Again:
    """Nothing is signed that is not what was booked."""
    computed = {row["component"]: row["difference"] for row in one.rows}
    booked = {row.component: row.difference for row in correction.rows}
    if computed != booked:
        raise ImplementationsDisagree(f"{_name(correction.period)} again: {computed} here, {booked} in the books")
    return one


def _closed(side: _Side, columns: Network, numbers: dict[str, str]) -> Closed:
    period = side.period
    return Closed(
        network=columns,
        period=Period(
            name=_name(period),
            currency=period.currency,
            exponent=exponent(period.currency),
            begins=period.first_day.isoformat(),
            ends=(period.end_day - calendar.DAY).isoformat(),
        ),
        run=Run(str(side.run.id), side.run.inputs_digest, side.run.result_digest),
        text=PlanText(queries.version(period.version_id).source),
        numbers=numbers,
    )


def _name(period: PlanPeriod) -> str:
    return calendar.of_days(period.first_day, period.end_day).name


def _numbers(account_id: UUID, computed: Computed) -> dict[str, str]:
    """Sale → hub, order and line, of one's own sales in the period."""
    orders, members = computed.inputs.orders, computed.inputs.members.ids
    if str(account_id) not in members:
        return {}
    place = members.index(str(account_id))
    ids = [UUID(orders.ids[at]) for at in np.flatnonzero(orders.seller == place).tolist()]
    # By the seller too, as the index goes.
    theirs = (PlanSale.seller_id == account_id) & PlanSale.id.in_(ids)
    columns = (PlanSale.id, PlanSale.hub_id, PlanSale.number, PlanSale.position)
    rows = db.session.execute(select(*columns).where(theirs)).all()
    slugs = {hub_id: slug for hub_id, (slug, _name) in network.names({row.hub_id for row in rows}).items()}
    return {str(row.id): f"{slugs[row.hub_id]} {row.number}/{row.position + 1}" for row in rows}
