"""Reading a worked case: a small plan, members, orders and what is expected, in one JSON object."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hubapp.earnings.compensation.plans import parts
from hubapp.earnings.compensation.plans.inputs import BUYERS, Hubs, Inputs, Members, Orders
from hubapp.earnings.compensation.plans.reading import Table, shown
from hubapp.earnings.compensation.plans.rounding import Rounding
from hubapp.earnings.compensation.plans.schema import Caps, Plan, Pool
from hubapp.earnings.compensation.plans.tree import plant

NAMES = (
    "id",
    "difficulty",
    "kind",
    "title",
    "source",
    "note",
    "plan",
    "members",
    "orders",
    "refunds",
    "only",
    "expected",
)
# What a case may expect: the keys of what `evaluate` prints.
EXPECTED = (
    "payouts",
    "payouts_by_period",
    "payouts_after_cap",
    "forfeited",
    "breakage",
    "company",
    "accounts",
    "lines",
    "gv",
    "ratio",
    "gross",
    "net",
    "total",
    "turnover",
    "after_refund",
    "clawback",
)
DEEPEST = 3  # tables within each other in `expected`: periods, members, components
LONGEST = 100  # characters of a period's name: its numbers are compared as numbers


@dataclass(frozen=True, slots=True)
class Case:
    """`periods` in ascending order ("" where orders carry none); `inputs` holds all orders at once."""

    file: str
    plan: Plan
    inputs: Inputs
    periods: Mapping[str, tuple[int, ...]]  # places of the orders
    refunds: tuple[str, ...] | None
    advances: dict[str, int] | None
    only: tuple[str, ...] | None
    expected: dict[str, Any] = field(default_factory=dict)


def read(data: object, *, file: str, one_root: bool = False) -> Case:
    """Check everything. Refuses with BadInput, naming file, key and reason."""
    case = Table.of(data, file=file).only(*NAMES)
    if "plan" not in case:
        raise case.bad("plan", "is missing")
    plan = _plan(case.table("plan"))
    members, index, connected = _members(case, one_root=one_root)
    orders, periods, hubs = _orders(case, plan, index, connected, members)
    advances = _advances(case.table("plan"), index)
    for component in plan.components:
        for name in component.shares if isinstance(component, Pool) else ():
            if name not in index:
                raise case.bad(f"plan.components.{component.id}.shares", f"{shown(name)} is no member")
    only = case.texts("only") if "only" in case else None
    for name in only or ():
        if name not in index:
            raise case.bad("only", f"{shown(name)} is no member")
    known = frozenset(orders.ids)
    refunds = case.texts("refunds") if "refunds" in case else None
    for name in refunds or ():
        if name not in known:
            raise case.bad("refunds", f"{shown(name)} is no order")
    return Case(file, plan, Inputs(members, orders, hubs), periods, refunds, advances, only, _expected(case))


def _expected(case: Table) -> dict[str, Any]:
    """Whatever is expected, in known keys; nothing so deep that comparing it would not end."""
    expected = case.table("expected").only(*EXPECTED)
    for name, value in expected.value.items():
        within = [value]
        for _ in range(DEEPEST + 1):
            within = [inner for one in within for inner in _inner(one)]
        if within:
            raise expected.bad(name, f"has more than {DEEPEST} tables or lists within each other")
    return dict(expected.value)


def _inner(value: object) -> Iterable[object]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _plan(plan: Table) -> Plan:
    plan.only("id", "currency", "components", "rounding", "cap", "holdback")
    components = parts.components(list(plan.tables("components")), hub_base="amount")
    cap = plan.table("cap").only("total_bps", "per_participant_cents")
    total = cap.bps("total_bps") if "total_bps" in cap else None
    each = cap.integer("per_participant_cents") if "per_participant_cents" in cap else None
    mode = plan.text("rounding", "half_up", among=("half_up", "down"))
    return Plan(
        components, Rounding(mode), Caps(total, each), id=plan.text("id", "case"), currency=plan.maybe_text("currency")
    )


def _advances(plan: Table, index: Mapping[str, int]) -> dict[str, int] | None:
    holdback = plan.table("holdback").only("advance")
    for name in holdback.integers("advance"):
        if name not in index:
            raise holdback.bad(f"advance.{name}", "is no member")
    return holdback.integers("advance") if "holdback" in plan else None


def _members(case: Table, *, one_root: bool) -> tuple[Members, dict[str, int], dict[str, list[int]]]:
    """Columns in ascending order of id, the index of each, and the connectors of each hub."""
    names = ("id", "sponsor", "rank", "active", "customers", "customer_pv", "connector_of")
    rows = [(row.only(*names).text("id"), row) for row in case.tables("members")]
    rows.sort(key=lambda pair: pair[0])
    index: dict[str, int] = {}
    for name, row in rows:
        if name in index:
            raise row.bad("id", f"{shown(name)} is there twice")
        index[name] = len(index)
    parent = []
    connected: dict[str, list[int]] = {}
    for name, row in rows:
        sponsor = row.maybe_text("sponsor")
        if sponsor is not None and sponsor not in index:
            raise row.bad("sponsor", f"unknown sponsor {shown(sponsor)} of {shown(name)}")
        parent.append(index[sponsor] if sponsor is not None else -1)
        hub = row.maybe_text("connector_of")
        if hub is not None:
            connected.setdefault(hub, []).append(index[name])
    ids = [name for name, _ in rows]
    points = [row.integer("customer_pv", 0) for _, row in rows]
    members = Members(
        ids,
        plant(parent, ids, file=case.file, one_root=one_root),
        [row.maybe_text("rank") for _, row in rows],
        [row.flag("active", default=True) for _, row in rows],
        [row.integer("customers", 0) for _, row in rows],
        points,
        points,
        [0] * len(ids),
    )
    return members, index, connected


def _orders(
    case: Table, plan: Plan, index: Mapping[str, int], connected: Mapping[str, list[int]], members: Members
) -> tuple[Orders, dict[str, tuple[int, ...]], Hubs]:
    names = ("id", "seller", "buyer", "amount", "cv", "pv", "hub", "period", "currency")
    rows = [row.only(*names) for row in case.tables("orders", default=[])]
    hub_ids = sorted({*connected, *(hub for row in rows if (hub := row.maybe_text("hub")))})
    hubs = {name: place for place, name in enumerate(hub_ids)}
    columns: dict[str, list[Any]] = {name: [] for name in ("ids", "seller", "buyer", "amount", "cv", "pv", "hub")}
    seen: set[str] = set()
    periods: dict[str, list[int]] = {}
    currency = plan.currency
    for at, row in enumerate(rows):
        name, seller, hub = row.text("id"), row.maybe_text("seller"), row.maybe_text("hub")
        if name in seen:
            raise row.bad("id", f"{shown(name)} is there twice")
        seen.add(name)
        if seller is not None and seller not in index:
            raise row.bad("seller", f"{shown(seller)} is no member")
        currency = _one_currency(row, currency)
        sold = (
            name,
            index[seller] if seller is not None else -1,
            BUYERS.index(row.text("buyer", among=BUYERS)),
            row.integer("amount"),
            row.integer("cv"),
            row.integer("pv", 0),
            hubs[hub] if hub is not None else -1,
        )
        for column, value in zip(columns.values(), sold, strict=True):
            column.append(value)
        periods.setdefault(_period(row, is_dated="period" in rows[0]), []).append(at)
    held = [[(member, 1) for member in connected.get(name, [])] for name in hub_ids]
    customers = [sum(int(members.customers[member]) for member, _ in one) for one in held]
    ordered = {name: tuple(periods[name]) for name in sorted(periods, key=_natural)} or {"": ()}
    return Orders(**columns), ordered, Hubs(hub_ids, held, customers, [0] * len(hub_ids))


def _one_currency(row: Table, currency: str | None) -> str | None:
    own = row.maybe_text("currency")
    if own is not None and currency is not None and own != currency:
        raise row.bad("currency", f"{own} beside {currency}: volumes in different currencies are not added")
    return currency or own


def _period(row: Table, *, is_dated: bool) -> str:
    """The order's period as text, "" where no order has one."""
    value = row.value.get("period")
    if not is_dated and "period" not in row.value:
        return ""
    if value is None or value == "" or isinstance(value, bool) or not isinstance(value, str | int):
        raise row.bad(
            "period", "is missing: either every order carries a period or none" if not value else "must be a text"
        )
    if len(str(value)) > LONGEST:
        raise row.bad("period", f"is longer than {LONGEST} characters")
    if not is_dated:
        raise row.bad("period", "is missing in orders[0]: either every order carries a period or none")
    return str(value)


def _natural(period: str) -> list[str | int]:
    """Numbers within a period's name compare as numbers: P2 comes before P10. Every second piece is one."""
    return [int(piece) if place % 2 else piece for place, piece in enumerate(re.split(r"(\d+)", period))]
