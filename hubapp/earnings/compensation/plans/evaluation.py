"""What a worked case comes to, shaped as its `expected` is, and where the two differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import gcd
from typing import Any

import numpy as np

from hubapp.earnings.compensation.plans import engine, explain
from hubapp.earnings.compensation.plans.cases import Case
from hubapp.earnings.compensation.plans.columns import plain
from hubapp.earnings.compensation.plans.engine import Result
from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.inputs import Inputs
from hubapp.earnings.compensation.plans.schema import Differential, FeeCascade, HubShare, PersonalTier

ByMember = dict[str, dict[str, int]]
Runs = dict[str, Result]
# Keys by member: compared for the listed members only, where a case names some.
BY_MEMBER = frozenset(
    {"payouts", "after_refund", "forfeited", "net", "gross", "payouts_after_cap", "clawback", "ratio", "gv"}
)
# The same a level deeper: members of each period, and orders, which are their sellers', of each component.
WITHIN = frozenset({"payouts_by_period", "lines"})
LISTED = frozenset({"gv", "ratio"})
OF_CAPS = frozenset({"turnover", "gross", "payouts_after_cap", "total"})


def evaluate(case: Case) -> dict[str, Any]:
    """All keys that apply, or that the case expects; zeros left out."""
    runs = _run(case, frozenset())
    output: dict[str, Any] = {"payouts": _payouts(list(runs.values()))}
    if "" not in runs:
        output["payouts_by_period"] = {period: _payouts([result]) for period, result in runs.items()}
    output |= _not_paid(case, list(runs.values()))
    output |= _volumes(case)
    output |= _capped(case, list(runs.values()))
    if case.advances is not None or "net" in case.expected:
        output["net"] = _net(case, list(runs.values()))
    if case.refunds is not None:
        after = _run(case, frozenset(case.refunds))
        output["after_refund"] = _payouts(list(after.values()))
        output["clawback"] = _clawback(_totals(list(runs.values())), _totals(list(after.values())))
    return output


def _run(case: Case, gone: frozenset[str]) -> Runs:
    """Every period by itself, with the own volumes of the earlier ones."""
    members, orders = case.inputs.members, case.inputs.orders
    earlier = members.earlier_cv
    runs = {}
    for period, places in case.periods.items():
        keep = np.zeros(len(orders.ids), bool)
        keep[[at for at in places if orders.ids[at] not in gone]] = True
        inputs = Inputs(replace(members, earlier_cv=earlier), orders.chosen(keep), case.inputs.hubs)
        runs[period] = engine.compute(case.plan, inputs)
        earlier = runs[period].ground.cumulative
    return runs


def _payouts(results: list[Result]) -> ByMember:
    """{member: {component: minor}} before the total cap, summed over periods."""
    found: ByMember = {}
    for result in results:
        for paid in result.paid:
            for name, amount in zip(result.ground.members.ids, paid.amounts, strict=True):
                if amount:
                    row = found.setdefault(name, {})
                    row[paid.component.id] = row.get(paid.component.id, 0) + amount
    return dict(sorted(found.items()))


def _not_paid(case: Case, results: list[Result]) -> dict[str, Any]:
    """Forfeits, breakage, the company's part, accounts and lines by order, where a component can have them."""
    forfeited: ByMember = {}
    found: dict[str, Any] = {"breakage": {}, "company": {}, "accounts": {}, "lines": {}}
    for result in results:
        for paid in result.paid:
            name, members = paid.component.id, result.ground.members.ids
            for member, exact in paid.forfeited.items():
                _add(forfeited.setdefault(members[member], {}), name, case.plan.rounding.of(exact))
            _add(found["breakage"], name, case.plan.rounding.of(paid.untaken))
            _add(found["company"], name, paid.company)
            for account, balance in paid.accounts.items():
                _add(found["accounts"], account, balance)
            if isinstance(paid.component, PersonalTier) and paid.component.by_order:
                found["lines"].setdefault(name, {}).update(explain.by_order(result, paid))
    found["forfeited"] = {member: row for member, row in sorted(forfeited.items()) if row}
    types = {type(component) for component in case.plan.components}
    applies = {"company": HubShare in types, "accounts": FeeCascade in types, "forfeited": Differential in types}
    return {key: value for key, value in found.items() if value or applies.get(key)}


def _add(row: dict[str, int], key: str, amount: int) -> None:
    if amount:
        row[key] = row.get(key, 0) + amount


def _volumes(case: Case) -> dict[str, Any]:
    ground, ids = Ground(case.inputs), case.inputs.members.ids
    found: dict[str, Any] = {"gv": {name: gv for name, gv in zip(ids, plain(ground.gv), strict=True) if gv}}
    rules = [component.rule for component in case.plan.components if isinstance(component, Differential)]
    if any(rule.majority for rule in rules) or "ratio" in case.expected:
        pairs = zip(ids, *map(plain, ground.ratios), strict=True)
        found["ratio"] = {name: [top // gcd(top, all_), all_ // gcd(top, all_)] for name, top, all_ in pairs if all_}
    return found


def _totals(results: list[Result]) -> dict[str, int]:
    """Every member's total after caps, summed over periods; zeros stay."""
    ids = results[0].ground.members.ids
    return {name: sum(parts) for name, *parts in zip(ids, *(result.totals for result in results), strict=True)}


def _capped(case: Case, results: list[Result]) -> dict[str, Any]:
    is_capped = case.plan.caps.total_bps is not None or case.plan.caps.per_participant is not None
    if not is_capped and not OF_CAPS & case.expected.keys():
        return {}
    after = _totals(results)
    ids = results[0].ground.members.ids
    gross = {name: sum(parts) for name, *parts in zip(ids, *(one.before_caps for one in results), strict=True)}
    return {
        "turnover": sum(result.ground.turnover for result in results),
        "gross": {name: amount for name, amount in gross.items() if amount},
        "payouts_after_cap": {name: amount for name, amount in after.items() if amount},
        "total": sum(after.values()),
    }


def _net(case: Case, results: list[Result]) -> dict[str, int]:
    advances = case.advances or {}
    net = {name: total - advances.get(name, 0) for name, total in _totals(results).items()}
    return {name: amount for name, amount in net.items() if amount}


def _clawback(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - amount for name, amount in before.items() if after[name] != amount}


def differences(case: Case, output: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """{key: {"expected": …, "got": …}} of every key of `expected` that does not come out."""
    found = {}
    for key, value in case.expected.items():
        expected, got = value, output.get(key, {})
        if key in BY_MEMBER and isinstance(expected, dict):
            names = set(case.only) if case.only is not None else {*expected, *got}
            names = names & set(expected) if key in LISTED else names
            expected, got = (_of(names, side) for side in (expected, got))
        elif case.only is not None and key in WITHIN and isinstance(expected, dict):
            names = {*case.only} if key == "payouts_by_period" else _orders_of(case, case.only)
            expected, got = ({outer: _of(names, one) for outer, one in side.items()} for side in (expected, got))
        if _bare(expected) != _bare(got):
            found[key] = {"expected": expected, "got": got}
    return found


def _of(names: set[str], side: Any) -> Any:
    return {name: one for name, one in side.items() if name in names} if isinstance(side, dict) else side


def _orders_of(case: Case, members: Sequence[str]) -> set[str]:
    """What these members sold."""
    orders, ids = case.inputs.orders, case.inputs.members.ids
    sellers = zip(orders.ids, plain(orders.seller), strict=True)
    return {name for name, seller in sellers if seller >= 0 and ids[seller] in members}


def _bare(value: Any) -> Any:
    """Without zeros and what is empty without them, so that {"A": 0} and {} are the same."""
    if not isinstance(value, dict):
        return value
    pairs = {name: _bare(inner) for name, inner in value.items()}
    return {name: inner for name, inner in pairs.items() if inner not in (0, {})}
