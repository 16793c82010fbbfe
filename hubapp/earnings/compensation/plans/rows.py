"""Form 1 of the digests, row by row as JSON: how runs were digested first, so that they can still be verified."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import chain
from json import dumps

from hubapp.earnings.compensation.plans import explain
from hubapp.earnings.compensation.plans.columns import coded, plain
from hubapp.earnings.compensation.plans.engine import Result
from hubapp.earnings.compensation.plans.inputs import BUYERS, Inputs
from hubapp.earnings.compensation.plans.rules import REASONS


def of_inputs(inputs: Inputs) -> str:
    """sha256 of the canonical rows, sorted by id: the same inputs in any order are the same run."""
    lines = sorted(chain(_members(inputs), _orders(inputs), of_hubs(inputs)))
    return sha256("\n".join(lines).encode()).hexdigest()


def _members(inputs: Inputs) -> Iterator[str]:
    members = inputs.members
    ids = plain(members.ids)
    codes, names = members.coded_ranks()
    columns = (members.customers, members.customer_pv, members.customer_cv, members.earlier_cv)
    rows = zip(ids, plain(members.tree.parent), plain(codes), plain(members.active), *map(plain, columns), strict=True)
    for name, above, rank, *rest in rows:
        yield dumps(("member", name, _name(ids, above), names[rank], *rest))


def _orders(inputs: Inputs) -> Iterator[str]:
    orders, ids, hubs = inputs.orders, plain(inputs.members.ids), inputs.hubs.ids
    kinds, names = coded(orders.kind, orders.kind_names) if len(orders.kind) else (orders.buyer * 0, [""])
    columns = (orders.seller, orders.buyer, orders.hub, kinds, orders.amount, orders.cv, orders.pv)
    rows = zip(plain(orders.ids), *map(plain, columns), strict=True)
    for name, seller, buyer, hub, kind, *money in rows:
        yield dumps(("order", name, _name(ids, seller), BUYERS[buyer], *money, _name(hubs, hub), names[kind]))


def of_hubs(inputs: Inputs) -> Iterator[str]:
    """Each hub with its connectors and what is counted in it."""
    ids, hubs = inputs.members.ids, inputs.hubs
    columns = (hubs.ids, hubs.connectors, hubs.customers, hubs.repeat_customers)
    for hub, held, customers, repeat in zip(*columns, strict=True):
        yield dumps(("hub", hub, [(ids[member], days) for member, days in held], customers, repeat))


def _name(ids: Sequence[str], index: int) -> str | None:
    return ids[index] if index >= 0 else None


def of_result(result: Result) -> str:
    """sha256 of everything that it pays, and of what stays with the company."""
    ids, lines = plain(result.ground.members.ids), list[str]()
    for paid, final in zip(result.paid, result.final, strict=True):
        name, lost = paid.component.id, paid.forfeited
        for at, (amount, rounded, exact) in enumerate(zip(final, paid.amounts, paid.exact, strict=True)):
            gone = int(lost.get(at, 0))
            if amount or exact or gone:
                reason = (REASONS[paid.kept.why[at]] or "") if gone else ""
                lines.append(dumps((ids[at], name, int(amount), int(rounded), int(exact), gone, reason)))
    for name, left in explain.breakage(result).items():
        lines.append(dumps(("breakage", name, sorted((why, int(exact)) for why, exact in left.items()))))
    return sha256("\n".join(sorted(lines)).encode()).hexdigest()
