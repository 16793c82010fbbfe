"""What a statement tells of one earner in one computed period: facts, and lines by a second implementation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hubapp.earnings.compensation import verify_statement
from hubapp.earnings.compensation.plans.schema import HUBS
from hubapp.earnings.compensation.statement import facts, rules
from hubapp.earnings.compensation.statement.given import Given
from hubapp.earnings.compensation.statement.network import Network

Data = dict[str, Any]


class ImplementationsDisagree(Exception):
    """The engine and the statement's own arithmetic come to different amounts: nothing is signed."""


def body_of(network: Network, account: str, salt: bytes, *, run: Mapping[str, str], numbers: Mapping[str, str]) -> Data:
    """Facts and lines of one person in one computed period; of who is not in it, that nothing of it is theirs.

    `numbers`: order lines as people know them.
    """
    member = network.at(account)
    given = Given(network, member)
    body: Data = {
        "facts": _facts(network, member, salt) if member is not None else {},
        "group": given.group,
        "network": given.network,
        "orders": _orders(network, numbers, member) if member is not None else [],
        "standing": {**(_standing(network, member) if member is not None else NOWHERE), **_of_hubs(network, member)},
    }
    taken: dict[str, str] = {}
    lines = verify_statement.lines_of(rules.rules_of(network.plan), body, taken)
    _agree(network, member, lines)
    whole = {**run, "taken": sorted(taken)}
    return {**body, "run": whole, "group": given.group.asked, "network": given.network.asked, "lines": lines}


def _facts(network: Network, member: int, salt: bytes) -> Data:
    each = {one.id: facts.facts_of(one, network, member, salt) for one in network.plan.components}
    return {name: found for name, found in each.items() if found}


def _orders(network: Network, numbers: Mapping[str, str], member: int) -> list[Data]:
    return [
        {
            "order": numbers.get(sale.id, sale.id),
            "amount": sale.amount,
            "cv": sale.cv,
            "pv": sale.pv,
            "buyer": sale.buyer,
            "kind": sale.kind,
        }
        for sale in network.sales_of(member)
    ]


NOWHERE = {
    "rank": None,
    "active": False,
    **dict.fromkeys(("customers", "customer_pv", "customer_cv", "earlier_cv"), 0),
}


def _standing(network: Network, member: int) -> Data:
    members = network.inputs.members
    return {
        "rank": network.ranks[member],
        "active": network.active[member],
        "customers": int(members.customers[member]),
        "customer_pv": int(members.customer_pv[member]),
        "customer_cv": int(members.customer_cv[member]),
        "earlier_cv": int(members.earlier_cv[member]),
    }


def _of_hubs(network: Network, member: int | None) -> Data:
    """What the hubs sold that one looks after, where the plan has a threshold on that."""
    named = network.plan.thresholds & HUBS
    if not named:
        return {}
    turnovers = network.turnovers(min(named))
    held = facts.held(network, member) if member is not None else []
    return {"hub_turnover": sum(turnovers[hub] for hub, _place, _days in held)}


def _agree(network: Network, member: int | None, lines: Sequence[Data]) -> None:
    for at, (line, paid) in enumerate(zip(lines, network.result.paid, strict=True)):
        ours = (line["exact"], line["forfeited"], line["rounded"], line["amount"])
        engines = (0, 0, 0, 0)
        if member is not None:
            lost = int(paid.kept.forfeited[member])
            exact, rounded, final = (column[at][member] for column in (network.exact, network.rounded, network.final))
            engines = (int(exact), lost, int(rounded), int(final))
        if ours != engines:
            raise ImplementationsDisagree(f"{line['component']}: {ours} here, {engines} by the engine")
