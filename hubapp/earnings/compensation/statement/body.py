"""What a statement tells of one earner in one computed period: facts, and lines by a second implementation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hubapp.earnings.compensation import verify_statement
from hubapp.earnings.compensation.plans.rules import NO_SALE as NO_SALE_WORD
from hubapp.earnings.compensation.plans.rules import REASONS
from hubapp.earnings.compensation.statement import facts, rules
from hubapp.earnings.compensation.statement.network import Network, Sale

NO_SALE = REASONS.index(NO_SALE_WORD)
Data = dict[str, Any]


class ImplementationsDisagree(Exception):
    """The engine and the statement's own arithmetic come to different amounts: nothing is signed."""


def body_of(network: Network, account: str, salt: bytes, *, run: Mapping[str, str], numbers: Mapping[str, str]) -> Data:
    """Facts and lines of one member in one computed period. `numbers`: order lines as people know them."""
    member = network.place[account]
    given = Given(network, member)
    body: Data = {
        "facts": _facts(network, member, salt),
        "group": given.group,
        "network": given.network,
        "orders": _orders(network, numbers, member),
        "standing": _standing(network, member),
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


class Asked(dict[str, Any]):
    """Values that are computed when somebody asks for them, so that a file holds what its lines need and no more."""

    def __init__(self, known: dict[str, Callable[[], Any]]) -> None:
        super().__init__()
        self.known, self.asked = known, dict[str, Any]()

    def __contains__(self, name: object) -> bool:
        return name in self.known

    def __getitem__(self, name: str) -> Any:
        if name not in self.asked:
            self.asked[name] = self.known[name]()
        return self.asked[name]


class Given:
    """What is taken from the run: sums over the downline, and figures of the whole network."""

    def __init__(self, network: Network, member: int) -> None:
        self.of, self.member = network, member
        known: dict[str, Callable[[], Any]] = {
            "cv": lambda: network.gv[member] - network.own[member],
            "pv": lambda: network.gpv[member] - network.own_pv[member],
            "from_customers": self._from_customers,
            "everything": self._everything,
        }
        if self._hides_buyers():
            known["majority"] = self._majority
        if unsold := [one.component.id for one in network.result.paid if one.kept.why[member] == NO_SALE]:
            known["no_sale"] = lambda: unsold
        self.group = Asked(known)
        self.network = Asked({"turnover": lambda: network.turnover, "cap": self._cap})

    def _hides_buyers(self) -> bool:
        """Whether the sums would show what very few people of the downline bought themselves."""
        mine = any(sale.buyer != "customer" for sale in self._own_sales())
        return 0 < self.of.insiders[self.member] - int(mine) < facts.FEW

    def _own_sales(self) -> list[Sale]:
        return self.of.sales_of(self.member)

    def _from_customers(self) -> int:
        """Of the downline alone: own sales stand in the file one by one."""
        mine = sum(sale.cv for sale in self._own_sales() if sale.buyer == "customer")
        return self.of.from_customers[self.member] - mine

    def _everything(self) -> int:
        return self.of.everything[self.member] - sum(sale.cv for sale in self._own_sales())

    def _majority(self) -> bool:
        return 2 * self.of.from_customers[self.member] > self.of.everything[self.member]

    def _cap(self) -> Data | None:
        """The divisions of the total cap where it was reached."""
        steps, rest, total = self.of.scaling
        if not steps and rest is None:
            return None
        scaled = {name: step.share(self.member) for name, step in steps.items()}
        return {"total": total, "scaled": scaled, "rest": rest.share(self.member) if rest else None}


def _agree(network: Network, member: int, lines: Sequence[Data]) -> None:
    for at, (line, paid) in enumerate(zip(lines, network.result.paid, strict=True)):
        ours = (line["exact"], line["forfeited"], line["rounded"], line["amount"])
        lost = int(paid.forfeited.get(member, 0))
        engines = (network.exact[at][member], lost, network.rounded[at][member], network.final[at][member])
        if ours != engines:
            raise ImplementationsDisagree(f"{line['component']}: {ours} here, {engines} by the engine")
