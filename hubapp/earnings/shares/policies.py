"""The arithmetic of one sale: marginal tiers, the split, and its reversal; integers in, integers out."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, TypeVar

from hubapp.earnings.shares.errors import RefundTooLarge, WrongAmounts
from hubapp.earnings.shares.rules import Rules
from hubapp.kernel.money import BPS, allocate, bps_of

CORE = "core"
Key = TypeVar("Key", int, str)


class Role(enum.StrEnum):
    """Why somebody has a part of a sale."""

    SELLER = "seller"
    CONNECTOR = "connector"
    REFERRER = "referrer"
    CORE = "core"
    TAX = "tax"
    CROSS_HUB = "cross_hub"  # the buyer's home hub's, out of the core's part
    DISPUTE_FEE = "dispute_fee"  # below zero: what the provider charged for a lost dispute, where the seller bears it
    FEE = "fee"  # the payment provider's; never a right
    RETAINER = "retainer"  # no part of a sale: what the core pays somebody by agreement
    PLAN = "plan"  # no part of a sale: what the pay plan pays for a period of the core's product line


@dataclass(frozen=True, slots=True)
class Amounts:
    """A sale in minor units: `gross` is what the buyer paid, `base` the items net of tax, `fee` the provider's."""

    gross: int
    base: int
    tax: int = 0
    shipping: int = 0
    fee: int = 0

    def __post_init__(self) -> None:
        if min(self.gross, self.base, self.tax, self.shipping, self.fee) < 0:
            raise WrongAmounts("a sale has no negative amounts")
        if self.base + self.tax + self.shipping > self.gross:
            raise WrongAmounts(f"items, tax and shipping exceed the {self.gross} that were paid")


@dataclass(frozen=True, slots=True)
class Parties:
    """Who takes part. Owners as in the books; a hub without connectors leaves `connectors` empty.

    `home`: the buyer's home hub as "hub:<id>", where it is not the hub that sells.
    """

    seller: str
    connectors: tuple[tuple[str, int], ...] = ()
    referrer: str | None = None
    home: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One party's part. `explanation` is what `wording.explain` turns into a sentence."""

    role: Role
    owner: str
    amount: int
    explanation: dict[str, Any]
    rate_bps: int | None = None
    is_vacant: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """`amount` minor units of turnover that fell into the tier with `bps`."""

    bps: int
    amount: int


def steps_of(base: int, turnover: int, bounds: Sequence[tuple[int | None, int]]) -> tuple[Step, ...]:
    """How a sale of `base` on top of the month's `turnover` falls into the tiers."""
    steps, place, left = [], turnover, base
    for bound, bps in bounds:
        taken = left if bound is None else min(left, max(0, bound - place))
        if taken:
            steps.append(Step(bps, taken))
        place, left = place + taken, left - taken
    return tuple(steps)


def marginal(steps: Sequence[Step]) -> int:
    """The tiers' shares together, rounded half-even once, so that no tier border costs or makes a cent."""
    exact = Decimal(sum(step.amount * step.bps for step in steps)) / BPS
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def split(*, amounts: Amounts, parties: Parties, rules: Rules, currency: str, turnover: int) -> tuple[Part, ...]:
    """Split one sale, given the hub's `turnover` in the month before it. Parts sum to gross, the fee's among them.

    Tax comes first and is never cut. Then the provider's fee, as far as anything is left of the price: what it exceeds
    that by is not in the parts, and the core bears it. If the shares exceed the rest, the core's is cut first, then the
    connector's, then the referrer's; the seller has what remains and is never below zero.
    """
    base = amounts.base
    steps = steps_of(base, turnover, rules.steps(currency))
    fee = min(amounts.fee, amounts.gross - amounts.tax)
    rest = amounts.gross - amounts.tax - fee
    due = {
        Role.REFERRER: bps_of(base, rules.referrer_bps) if parties.referrer else 0,
        Role.CONNECTOR: marginal(steps),
        Role.CORE: bps_of(base, rules.core_bps),
    }
    given: dict[Role, int] = {}
    for role, wanted in due.items():  # in this order, so that who comes last is cut first
        given[role] = min(wanted, rest)
        rest -= given[role]
    tiers = {
        "kind": "tiers",
        "base": base,
        "turnover": turnover,
        "steps": [[step.bps, step.amount] for step in steps],
        **_cut(due, given, Role.CONNECTOR),
    }
    parts = [Part(Role.SELLER, parties.seller, rest, _rest(amounts, fee, given))]
    parts += _connectors(given[Role.CONNECTOR], parties.connectors, tiers)
    if parties.referrer:
        parts.append(_rated(Role.REFERRER, parties.referrer, rules.referrer_bps, base, due, given))
    parts += _core(parties, rules, base, due, given)
    parts.append(Part(Role.TAX, parties.seller, amounts.tax, {"kind": "tax", "tax": amounts.tax}))
    parts.append(Part(Role.FEE, "provider", fee, {"kind": "fee", "fee": amounts.fee}))
    return tuple(parts)


def _cut(due: Mapping[Role, int], given: Mapping[Role, int], role: Role) -> dict[str, int]:
    cut = due[role] - given[role]
    return {"cut": cut} if cut else {}


def _rest(amounts: Amounts, fee: int, given: Mapping[Role, int]) -> dict[str, Any]:
    shares = sum(given.values())
    return {
        "kind": "rest",
        "gross": amounts.gross,
        "shipping": amounts.shipping,
        "tax": amounts.tax,
        "fee": fee,
        "shares": shares,
    }


def _rated(role: Role, owner: str, bps: int, base: int, due: Mapping[Role, int], given: Mapping[Role, int]) -> Part:
    return Part(
        role, owner, given[role], {"kind": "rate", "bps": bps, "base": base, **_cut(due, given, role)}, rate_bps=bps
    )


def _core(
    parties: Parties, rules: Rules, base: int, due: Mapping[Role, int], given: Mapping[Role, int]
) -> tuple[Part, ...]:
    """The core's part; where the buyer's home is another hub, what that hub has of it is a part of its own."""
    whole = _rated(Role.CORE, CORE, rules.core_bps, base, due, given)
    wanted = bps_of(base, rules.cross_hub_bps) if parties.home else 0
    passed_on = min(wanted, whole.amount)
    if parties.home is None or not passed_on:
        return (whole,)
    explanation = {"kind": "cross_hub", "bps": rules.cross_hub_bps, "base": base}
    if wanted > passed_on:
        explanation["cut"] = wanted - passed_on
    kept = Part(
        Role.CORE,
        CORE,
        whole.amount - passed_on,
        {**whole.explanation, "passed_on": passed_on},
        max(0, rules.core_bps - rules.cross_hub_bps),
    )
    return kept, Part(Role.CROSS_HUB, parties.home, passed_on, explanation, rules.cross_hub_bps)


def _connectors(pot: int, connectors: tuple[tuple[str, int], ...], tiers: dict[str, Any]) -> list[Part]:
    """The hub's part among its co-connectors by weight; without any it is the core's, marked vacant."""
    rates = {bps for bps, _ in tiers["steps"]}
    rate = rates.pop() if len(rates) == 1 else None
    if not connectors:
        return [Part(Role.CONNECTOR, CORE, pot, tiers, rate, is_vacant=True)]
    if len(connectors) == 1:
        return [Part(Role.CONNECTOR, connectors[0][0], pot, tiers, rate)]
    weights: dict[str, int] = {}
    for owner, weight in connectors:
        weights[owner] = weights.get(owner, 0) + weight
    total = sum(weights.values())
    return [
        Part(Role.CONNECTOR, owner, amount, {**tiers, "pot": pot, "weight": [weights[owner], total]}, rate)
        for owner, amount in allocate(pot, weights).items()
    ]


@dataclass(frozen=True, slots=True)
class Netting:
    """A payout from one hub, in minor units: `taken` of what is available, `settled` of what is owed back."""

    taken: int
    settled: int

    @property
    def paid(self) -> int:
        """What goes out."""
        return self.taken - self.settled


def netting(*, available: int, owed: int, bps: int, step: int = 1) -> Netting:
    """Take what is available, keep back what is owed, but at most `bps` of what is taken; pay a multiple of `step`.

    What does not make a whole step stays available. Where nothing would be paid nothing is taken, so that a debt is
    settled by payouts only.
    """
    usable = available // step * step
    settled = min(owed, usable * bps // BPS)
    taken = (usable - settled) // step * step + settled
    if settled * BPS > taken * bps:  # the rest of a step went off what is taken: keep back whole steps only
        settled = settled // step * step
        taken = usable
    return Netting(taken, settled) if taken > settled else Netting(0, 0)


@dataclass(frozen=True, slots=True)
class Reversal:
    """What a refund takes back: `parts` per right, and `from_core`, the fee that the provider keeps."""

    parts: dict[int, int]
    from_core: int


def reverse(*, amount: int, gross: int, refunded: int, remaining: Mapping[int, int]) -> Reversal:
    """Take `amount` back from what remains of each right (keys rise in the order of the rights).

    Shares go back in proportion to what remains of them; the last refund takes all that is left. Shares sum to the
    price without the provider's fee, which it keeps: the core pays that part of the refund.
    """
    left = gross - refunded
    if not 0 < amount <= left:
        raise RefundTooLarge(f"{amount} cannot go back: {left} of {gross} are left")
    whole = sum(remaining.values())
    back = whole * amount // left
    parts = {key: part for key, part in allocate(back, remaining).items() if part} if whole else {}
    return Reversal(parts, amount - back)
