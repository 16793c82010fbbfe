"""Statements out of a run: the facts of one earner, their lines by a second implementation, and that both agree."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from hubapp.earnings.compensation import verify_statement
from hubapp.earnings.compensation.plans import digests
from hubapp.earnings.compensation.plans.engine import Result
from hubapp.earnings.compensation.statement import facts, rules
from hubapp.earnings.compensation.statement.network import Network, Sale

Data = dict[str, Any]


class ImplementationsDisagree(Exception):
    """The engine and the statement's own arithmetic come to different amounts: nothing is signed."""


@dataclass(frozen=True, slots=True)
class Earner:
    """Whose statement it is: account id and name, and nothing else of them."""

    account: str
    name: str


@dataclass(frozen=True, slots=True)
class Period:
    """Which period of which currency; `exponent`: digits of the currency's minor unit; days as 2027-01-01."""

    name: str
    currency: str
    exponent: int
    begins: str
    ends: str


@dataclass(frozen=True, slots=True)
class Run:
    """The run that was paid: its id, and the digests of its frozen inputs and of its result."""

    id: str
    inputs: str
    result: str

    @classmethod
    def of(cls, id_: str, result: Result) -> Run:
        """With digests as they are computed here."""
        return cls(id_, digests.of_inputs(result.ground.inputs), result_digest(result))


@dataclass(frozen=True, slots=True)
class PlanText:
    """The plan's TOML as announced; without it (worked cases) there is nothing that a digest could be of."""

    source: str | None = None

    @property
    def digest(self) -> str | None:
        """sha256 of the text."""
        return sha256(self.source.encode()).hexdigest() if self.source is not None else None


@dataclass(frozen=True, slots=True)
class Closed:
    """A computed period: what statements need of it beside the earner. `numbers`: order lines as people know them."""

    network: Network
    period: Period
    run: Run
    text: PlanText = field(default_factory=PlanText)
    numbers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Correction:
    """A period as it was paid and as late refunds leave it, under the plan that held then.

    `booked_with`: the period with whose close the difference was booked.
    """

    was: Closed
    now: Closed
    booked_with: str


def result_digest(result: Result) -> str:
    """sha256 of every amount of a run, sorted."""
    ids, rows = [str(name) for name in result.ground.members.ids], []
    for paid, final in zip(result.paid, result.final, strict=True):
        for name, *amounts in zip(ids, paid.exact, paid.amounts, final, strict=True):
            if any(amounts):
                rows.append(json.dumps((name, paid.component.id, *map(int, amounts))))
        lost = sorted(paid.forfeited.items())
        rows += [json.dumps((ids[member], paid.component.id, "forfeited", int(exact))) for member, exact in lost]
    return sha256("\n".join(sorted(rows)).encode()).hexdigest()


def document(
    *,
    closed: Closed,
    earner: Earner,
    issuer: str,
    keys_at: str,
    salt: bytes,
    corrections: Sequence[Correction] = (),
    later: Sequence[Correction] = (),
    debt_before: int | None = None,
) -> Data:
    """Everything but the seal. `debt_before`: where payouts hold back and recover by the plan's terms, what was owed.

    `corrections` of earlier periods were booked with this one's close, `later` ones of this period with later closes.

    Raises ImplementationsDisagree, and KeyError for somebody who is not in the run.
    """
    body = body_of(closed, earner.account, salt)
    found: Data = {
        "about": {
            "format": verify_statement.FORMAT,
            "version": verify_statement.VERSION,
            "issuer": issuer,
            "keys": keys_at,
        },
        "earner": {"account": earner.account, "name": earner.name},
        "period": period_of(closed.period),
        "plan": plan_of(closed),
        "corrections": [_correction(one, earner.account, salt, at) for at, one in enumerate(corrections)],
        "later": [_correction(one, earner.account, salt, f"later {at}") for at, one in enumerate(later)],
        **body,
    }
    plan, lines = found["plan"]["rules"], found["lines"]
    found["totals"] = verify_statement.totals_of(plan, lines, found["corrections"], found["later"], debt_before)
    return found


def period_of(period: Period) -> Data:
    """A period as data."""
    return {
        "name": period.name,
        "currency": period.currency,
        "exponent": period.exponent,
        "begins": period.begins,
        "ends": period.ends,
    }


def plan_of(closed: Closed) -> Data:
    """The plan as data, and its own text with its digest, unless the text names people."""
    plan = closed.network.plan
    source = None if rules.names_people(plan) else closed.text.source
    return {
        "id": plan.id,
        "version": plan.version,
        "digest": closed.text.digest,
        "source": source,
        "rules": rules.rules_of(plan),
    }


def _correction(one: Correction, account: str, salt: bytes, at: int | str) -> Data:
    was, now = (body_of(side, account, salt + f" {at}".encode()) for side in (one.was, one.now))
    return {
        "period": period_of(one.now.period),
        "plan": plan_of(one.now),
        "booked_with": one.booked_with,
        "was": was,
        "now": now,
        "lines": verify_statement.differences(was["lines"], now["lines"]),
    }


def body_of(closed: Closed, account: str, salt: bytes) -> Data:
    """Facts and lines of one member in one computed period."""
    network = closed.network
    member = network.place[account]
    given = Given(network, member)
    body: Data = {
        "facts": _facts(network, member, salt),
        "group": given.group,
        "network": given.network,
        "orders": _orders(closed, member),
        "run": {"id": closed.run.id, "inputs": closed.run.inputs, "result": closed.run.result},
        "standing": _standing(network, member),
    }
    taken: dict[str, str] = {}
    lines = verify_statement.lines_of(rules.rules_of(network.plan), body, taken)
    _agree(network, member, lines)
    run = {**body["run"], "taken": sorted(taken)}
    return {**body, "run": run, "group": given.group.asked, "network": given.network.asked, "lines": lines}


def _facts(network: Network, member: int, salt: bytes) -> Data:
    each = {one.id: facts.facts_of(one, network, member, salt) for one in network.plan.components}
    return {name: found for name, found in each.items() if found}


def _orders(closed: Closed, member: int) -> list[Data]:
    return [
        {
            "order": closed.numbers.get(sale.id, sale.id),
            "amount": sale.amount,
            "cv": sale.cv,
            "pv": sale.pv,
            "buyer": sale.buyer,
            "kind": sale.kind,
        }
        for sale in closed.network.sales_of(member)
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
