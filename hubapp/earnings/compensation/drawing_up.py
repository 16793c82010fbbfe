"""A run's rows as lines to book: whose books, which sale stands behind each; or the differences to what was booked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import bindparam, func, select, text

from hubapp.earnings.compensation.models import PlanLine
from hubapp.earnings.compensation.plans.engine import COMPONENTS
from hubapp.earnings.compensation.plans.rounding import hamilton
from hubapp.earnings.compensation.running import Row, Run
from hubapp.earnings.compensation.witnesses import OF_HUBS, Witnesses, sale_of
from hubapp.kernel.db import db

Key = tuple[UUID, str, int | None]  # account, component, hub where the component is a hub's

# The hub that somebody calls home, where its books are in the currency.
_HOMES = text(
    """
    SELECT one.account_id, hub.id FROM unnest(CAST(:accounts AS uuid[])) AS one (account_id)
    JOIN hub ON hub.id = home_hub_of(one.account_id) AND hub.currency = :currency AND hub.status <> 'closed'
    """
).bindparams(bindparam("accounts"))


@dataclass(frozen=True, slots=True)
class Draft:
    """A line before it is written; `in_hub_id` None: nobody knows whose books yet."""

    account_id: UUID
    component: str
    component_type: str
    amount: int
    exact: int
    forfeited: int
    reason: str
    in_hub_id: int | None
    sale: tuple[UUID, int] | None

    @property
    def key(self) -> Key:
        """What it is compared by."""
        return self.account_id, self.component, self.in_hub_id if self.component_type in OF_HUBS else None


def drafts(run: Run) -> list[Draft]:
    """Every row of a run, a hub's component hub by hub, in the books that it belongs to."""
    witnesses, held = Witnesses.of(run.inputs), _held(run)
    found = [draft for row in run.rows for draft in _of_row(run, row, witnesses, held)]
    homes = homes_of({draft.account_id for draft in found if draft.in_hub_id is None}, run.period.currency)
    anywhere = next((int(hub_id) for hub_id in run.inputs.hubs.ids), None)
    return [_placed(draft, homes, anywhere) for draft in found]


def homes_of(accounts: Iterable[UUID], currency: str) -> dict[UUID, int]:
    """Account → home hub that sells in the currency."""
    rows = db.session.execute(_HOMES, {"accounts": sorted(accounts), "currency": currency})
    return {row.account_id: row.id for row in rows}


def _placed(draft: Draft, homes: Mapping[UUID, int], anywhere: int | None) -> Draft:
    """What is lost without a sale behind it is told in some hub all the same, and booked in none."""
    if draft.in_hub_id is not None:
        return draft
    hub_id = anywhere if draft.sale is None else draft.sale[1]
    return replace(draft, in_hub_id=homes.get(draft.account_id, hub_id))


def _held(run: Run) -> dict[int, list[int]]:
    """Connector → the places of their hubs."""
    held: dict[int, list[int]] = {}
    for place, connectors in enumerate(run.inputs.hubs.connectors):
        for member, _weight in connectors:
            held.setdefault(int(member), []).append(place)
    return held


def _of_row(run: Run, row: Row, witnesses: Witnesses, held: Mapping[int, list[int]]) -> Iterator[Draft]:
    component = run.plan.components[row.place]
    account_id = UUID(run.inputs.members.ids[row.member])
    facts = (account_id, component.id, component.type)
    if component.type not in OF_HUBS:
        place = witnesses.behind(component.type, row.member)
        sale = None if place is None else sale_of(run.inputs, place)
        yield Draft(*facts, row.amount, row.exact, row.forfeited, row.reason, None, sale)
        return
    by_hub = _by_hub(run, row, held[row.member])
    parts = hamilton(row.amount, list(by_hub.values()))
    for (hub, exact), amount in zip(by_hub.items(), parts, strict=True):
        place = witnesses.behind(component.type, row.member, hub)
        sale = None if place is None else sale_of(run.inputs, place)
        yield Draft(*facts, amount, exact, 0, "", int(run.inputs.hubs.ids[hub]), sale)


def _by_hub(run: Run, row: Row, held: list[int]) -> dict[int, int]:
    """Place of a hub → exact part of a connector's row."""
    if len(held) == 1:
        return {held[0]: row.exact}
    component = run.plan.components[row.place]
    places = {run.inputs.hubs.ids[place]: place for place in held}
    parts: dict[int, int] = {}
    for piece in COMPONENTS[component.type][1](component, run.result.ground, row.member):
        if piece.hub is not None and piece.exact:
            parts[places[piece.hub]] = parts.get(places[piece.hub], 0) + int(piece.exact)
    return parts


def differences(run: Run) -> list[Draft]:
    """What has to be added to, or taken from, what earlier runs of the period wrote down, so that it is this run's."""
    wanted = drafts(run)
    written = _written(run.period.id)
    types = {component.id: component.type for component in run.plan.components}
    found = []
    for draft in wanted:
        hubs = written.pop(draft.key, {})
        change = draft.amount - sum(hubs.values())
        if change > 0:
            found.append(replace(draft, amount=change))
        elif change < 0:
            found += _taken(draft, hubs, -change)
    for (account_id, component, _hub), hubs in written.items():
        gone = Draft(account_id, component, types[component], 0, 0, 0, "", None, None)
        found += _taken(gone, hubs, sum(hubs.values()))
    return found


def _taken(draft: Draft, hubs: Mapping[int, int], amount: int) -> Iterator[Draft]:
    """Less than was written: out of the books where it stands."""
    for hub_id, there in sorted(hubs.items(), key=lambda pair: (-pair[1], pair[0])):
        part = min(there, amount)
        if part > 0:
            amount -= part
            yield replace(draft, amount=-part, in_hub_id=hub_id, sale=None)


def _written(period_id: UUID) -> dict[Key, dict[int, int]]:
    """Key → hub whose books it is in → what all runs so far come to, where that is not zero."""
    columns = (PlanLine.account_id, PlanLine.component, PlanLine.component_type, PlanLine.in_hub_id)
    statement = select(*columns, func.sum(PlanLine.amount)).where(PlanLine.period_id == period_id).group_by(*columns)
    found: dict[Key, dict[int, int]] = {}
    for account_id, component, kind, hub_id, amount in db.session.execute(statement):
        if amount:
            key = (account_id, component, hub_id if kind in OF_HUBS else None)
            found.setdefault(key, {})[hub_id] = int(amount)
    return found
