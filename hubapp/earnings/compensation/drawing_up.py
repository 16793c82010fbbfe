"""A run's lines before they are written: whose books, which sale is behind each; in a table of the transaction.

So a million of them never stand in memory one by one, and what differs from what was booked is found by the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import ARRAY, Uuid, any_, cast, func, select, text

from hubapp.earnings.compensation.models import PlanLine
from hubapp.earnings.compensation.plans.columns import Column
from hubapp.earnings.compensation.plans.engine import COMPONENTS
from hubapp.earnings.compensation.plans.names import Uuids
from hubapp.earnings.compensation.plans.rounding import hamilton
from hubapp.earnings.compensation.plans.rules import REASONS
from hubapp.earnings.compensation.reading import NOBODY
from hubapp.earnings.compensation.running import Run
from hubapp.earnings.compensation.witnesses import NONE, OF_HUBS, Witnesses
from hubapp.kernel import bulk
from hubapp.kernel.db import db

Key = tuple[UUID, str, int | None]  # account, component, hub where the component is a hub's
Part = dict[str, Column]

# In the place of NULL: nobody's sale, and -1 for a hub that is not known. `place` and `why` are the plan's and the
# rules' numbers.
_TABLES = (
    "DROP TABLE IF EXISTS pg_temp.plan_draft, pg_temp.plan_home",
    """CREATE TEMP TABLE plan_draft (place int2, account_id uuid, amount int8, exact numeric(38), forfeited numeric(38),
      why int2, in_hub_id int8, sale_id uuid, sale_hub_id int8) ON COMMIT DROP""",
)
# The hub that somebody calls home, where its books are in the currency.
_HOMES = text(
    """
    CREATE TEMP TABLE plan_home ON COMMIT DROP AS
    SELECT one.account_id, hub.id AS hub_id
    FROM (SELECT account_id, home_hub_of(account_id) AS hub_id FROM (
      SELECT DISTINCT account_id FROM plan_draft WHERE in_hub_id = -1) AS asked) AS one
    JOIN hub ON hub.id = one.hub_id AND hub.currency = :currency AND hub.status <> 'closed'
    """
)
# What is lost without a sale behind it is told in some hub all the same, and booked in none.
DRAFTS = f"""
    SELECT draft.account_id, named.component, named.type AS component_type, draft.amount, draft.exact, draft.forfeited,
      because.reason, coalesce(nullif(draft.in_hub_id, {NONE}), home.hub_id, nullif(draft.sale_hub_id, {NONE}),
        CAST(:anywhere AS bigint)) AS in_hub_id,
      nullif(draft.sale_id, '{NOBODY}') AS sale_id, nullif(draft.sale_hub_id, {NONE}) AS sale_hub_id
    FROM plan_draft AS draft
    JOIN unnest(CAST(:components AS text[]), CAST(:types AS text[])) WITH ORDINALITY AS named (component, type, number)
      ON named.number = draft.place + 1
    JOIN unnest(CAST(:reasons AS text[])) WITH ORDINALITY AS because (reason, number) ON because.number = draft.why + 1
    LEFT JOIN plan_home AS home ON home.account_id = draft.account_id
    ORDER BY draft.place, draft.account_id, draft.in_hub_id
"""  # noqa: S608
_CHANGED = f"""
    WITH wanted AS ({DRAFTS}), written AS (
      SELECT account_id, component, CASE WHEN component_type = ANY(CAST(:of_hubs AS text[])) THEN in_hub_id END AS hub,
        sum(amount) AS amount, min(component_type) AS component_type
      FROM plan_line WHERE period_id = :period GROUP BY 1, 2, 3
    )
    SELECT coalesce(wanted.account_id, written.account_id), coalesce(wanted.component, written.component),
      coalesce(wanted.component_type, written.component_type), coalesce(wanted.amount, 0), coalesce(wanted.exact, 0),
      coalesce(wanted.forfeited, 0), coalesce(wanted.reason, ''), coalesce(wanted.in_hub_id, written.hub),
      wanted.sale_id, wanted.sale_hub_id
    FROM wanted FULL JOIN written ON written.account_id = wanted.account_id AND written.component = wanted.component
      AND coalesce(written.hub, {NONE}) = CASE WHEN wanted.component_type = ANY(CAST(:of_hubs AS text[]))
        THEN wanted.in_hub_id ELSE {NONE} END
    WHERE coalesce(wanted.amount, 0) <> coalesce(written.amount, 0)
    ORDER BY array_position(CAST(:components AS text[]), coalesce(wanted.component, written.component)), 1, 8
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Draft:
    """A line before it is written; `in_hub_id` None: nobody knows whose books."""

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


def lay_out(run: Run) -> dict[str, Any]:
    """Every row of a run, a hub's component hub by hub, in the books that it belongs to; the values of `DRAFTS`."""
    witnesses = Witnesses.of(run.inputs)
    for statement in _TABLES:
        db.session.execute(text(statement))
    for place, component in enumerate(run.plan.components):
        part = _by_hubs(run, place, witnesses) if component.type in OF_HUBS else _part(run, place, witnesses)
        bulk.copy_columns("plan_draft", part, numerics=("exact", "forfeited"))
    bulk.learn("plan_draft")
    db.session.execute(_HOMES, {"currency": run.period.currency})
    bulk.learn("plan_home")
    components = run.plan.components
    return {
        "components": [component.id for component in components],
        "types": [component.type for component in components],
        "reasons": [reason or "" for reason in REASONS],
        "anywhere": next(map(int, run.inputs.hubs.ids), None),
    }


def without_a_sale() -> tuple[UUID, int] | None:
    """Whom a component pays without a sale behind it, and the component's place; None where that is nobody."""
    statement = (
        "SELECT account_id, place FROM plan_draft WHERE amount <> 0 AND in_hub_id = :none AND sale_hub_id = :none"
    )
    row = db.session.execute(text(f"{statement} LIMIT 1"), {"none": NONE}).first()
    return None if row is None else (row[0], row[1])


def _part(run: Run, place: int, witnesses: Witnesses) -> Part:
    """What a component pays or takes from people, as it is kept."""
    kept, final = run.result.paid[place].kept, run.result.capped[place]
    here = np.flatnonzero((final != 0) | (kept.exact != 0) | (kept.forfeited != 0))
    members = run.inputs.members.ids
    assert isinstance(members, Uuids)
    lost = kept.forfeited.take(here)
    amounts = {"amount": final.take(here).astype(np.int64), "exact": kept.exact.take(here), "forfeited": lost}
    sales = witnesses.behind(run.plan.components[place].type, here)
    nowhere = np.full(len(here), NONE, np.int64)
    why = np.where(lost != 0, kept.why.take(here), 0)
    return _columns(run, place, members.raw.take(here), why, nowhere, sales, **amounts)


def _columns(run: Run, place: int, accounts: Column, why: Column, hubs: Column, sales: Column, **money: Column) -> Part:
    orders, known = run.inputs.orders, np.flatnonzero(sales != NONE)
    assert isinstance(orders.ids, Uuids)
    sale_ids, sale_hubs = np.full(len(sales), NOBODY.bytes, "S16"), np.full(len(sales), NONE, np.int64)
    behind = sales.take(known)
    sale_ids[known] = orders.ids.raw.take(behind)
    sale_hubs[known] = np.array([*map(int, run.inputs.hubs.ids)], np.int64).take(orders.hub.take(behind))
    return {
        "place": np.full(len(accounts), place, np.int16),
        "account_id": accounts,
        **money,
        "why": why.astype(np.int16),
        "in_hub_id": hubs,
        "sale_id": sale_ids,
        "sale_hub_id": sale_hubs,
    }


def _by_hubs(run: Run, place: int, witnesses: Witnesses) -> Part:
    """What a component pays connectors, hub by hub; there are few of them."""
    rows = [row for member, held in _held(run).items() for row in _of_connector(run, place, member, held)]
    members, hubs, amount, exact = (
        (np.array(column, np.int64) for column in zip(*rows, strict=True)) if rows else (np.zeros((4, 0), np.int64))
    )
    accounts = run.inputs.members.ids
    assert isinstance(accounts, Uuids)
    names = np.array([*map(int, run.inputs.hubs.ids)], np.int64)
    nothing = np.zeros(len(rows), np.int64)
    found = accounts.raw.take(members), nothing, names.take(hubs), witnesses.hub.take(hubs)
    return _columns(run, place, *found, amount=amount, exact=exact, forfeited=nothing)


def _held(run: Run) -> dict[int, list[int]]:
    """Connector → the places of their hubs."""
    held: dict[int, list[int]] = {}
    for place, connectors in enumerate(run.inputs.hubs.connectors):
        for member, _weight in connectors:
            held.setdefault(int(member), []).append(place)
    return dict(sorted(held.items()))


def _of_connector(run: Run, place: int, member: int, held: list[int]) -> Iterator[tuple[int, int, int, int]]:
    """(member, hub, amount, exact) of each hub that a connector is paid for."""
    amount, exact = int(run.result.capped[place][member]), int(run.result.paid[place].kept.exact[member])
    if not amount and not exact:
        return
    by_hub = _exact_by_hub(run, place, member, held, exact)
    for (hub, part), whole in zip(by_hub.items(), hamilton(amount, list(by_hub.values())), strict=True):
        yield member, hub, whole, part


def _exact_by_hub(run: Run, place: int, member: int, held: list[int], exact: int) -> dict[int, int]:
    """Place of a hub → exact part of a connector's row."""
    if len(held) == 1:
        return {held[0]: exact}
    component = run.plan.components[place]
    places = {run.inputs.hubs.ids[hub]: hub for hub in held}
    parts: dict[int, int] = {}
    for piece in COMPONENTS[component.type][1](component, run.result.ground, member):
        if piece.hub is not None and piece.exact:
            parts[places[piece.hub]] = parts.get(places[piece.hub], 0) + int(piece.exact)
    return parts


def differences(run: Run) -> list[Draft]:
    """What has to be added to, or taken from, what earlier runs of the period wrote down, so that it is this run's."""
    values = {**lay_out(run), "period": run.period.id, "of_hubs": sorted(OF_HUBS)}
    wanted = [_draft(row) for row in db.session.execute(text(_CHANGED), values)]
    written = _written(run.period.id, {draft.account_id for draft in wanted})
    found = []
    for draft in wanted:
        hubs = written.get(draft.key, {})
        change = draft.amount - sum(hubs.values())
        if change > 0:
            found.append(replace(draft, amount=change))
        elif change < 0:
            found += _taken(draft, hubs, -change)
    return found


def _draft(row: Any) -> Draft:
    account_id, component, kind, amount, exact, forfeited, reason, hub_id, sale_id, sale_hub_id = row
    sale = None if sale_id is None else (sale_id, sale_hub_id)
    return Draft(account_id, component, kind, int(amount), int(exact), int(forfeited), reason, hub_id, sale)


def _taken(draft: Draft, hubs: Mapping[int, int], amount: int) -> Iterator[Draft]:
    """Less than was written: out of the books where it stands."""
    for hub_id, there in sorted(hubs.items(), key=lambda pair: (-pair[1], pair[0])):
        part = min(there, amount)
        if part > 0:
            amount -= part
            yield replace(draft, amount=-part, in_hub_id=hub_id, sale=None)


def _written(period_id: UUID, accounts: Iterable[UUID]) -> dict[Key, dict[int, int]]:
    """Key → hub whose books it is in → what all runs so far come to for these people, where that is not zero."""
    columns = (PlanLine.account_id, PlanLine.component, PlanLine.component_type, PlanLine.in_hub_id)
    theirs = PlanLine.account_id == any_(cast(list(accounts), ARRAY(Uuid())))
    statement = select(*columns, func.sum(PlanLine.amount)).where(PlanLine.period_id == period_id, theirs)
    found: dict[Key, dict[int, int]] = {}
    for account_id, component, kind, hub_id, amount in db.session.execute(statement.group_by(*columns)):
        if amount:
            key = (account_id, component, hub_id if kind in OF_HUBS else None)
            found.setdefault(key, {})[hub_id] = int(amount)
    return found
