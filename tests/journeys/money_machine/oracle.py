"""What a sale, a refund and a payout must come to: plain arithmetic that shares no line with the product's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

UNITS = {"EUR": 100, "JPY": 1}
FEES = {"EUR": (150, 25), "JPY": (360, 0)}  # the provider's price list: basis points, and so much more
DISPUTE_FEES = {"EUR": 2_000, "JPY": 50}
CROSS_HUB = "cross_hub"
Legs = dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Sale:
    """A settled order: amounts in minor units, `rules` as frozen when it was placed."""

    currency: str
    gross: int
    tax: int
    shipping: int
    base: int
    fee: int
    seller: str
    referrer: str | None
    connectors: tuple[tuple[str, int], ...]
    rules: Mapping[str, Any]
    home: str | None = None  # the buyer's home hub, where it is another one


def part(amount: int, basis_points: int) -> int:
    """Basis points of an amount, half to even."""
    return round(Fraction(amount * basis_points, 10_000))


def tax_in(gross: int, basis_points: int) -> int:
    """The tax inside a price, half to even."""
    return round(Fraction(gross * basis_points, 10_000 + basis_points))


def fee_of(amount: int, currency: str) -> int:
    """What the provider keeps of a charge, half up."""
    rate, fixed = FEES[currency]
    return min((amount * rate + fixed * 10_000 + 5_000) // 10_000, amount)


def spread(total: int, weights: Sequence[tuple[Any, int]]) -> dict[Any, int]:
    """`total` by weights: everybody's whole part, then one each to the largest remainders, ties to the smaller key."""
    whole = sum(weight for _, weight in weights)
    if not whole:
        first = min(key for key, _ in weights)
        return {key: total if key == first else 0 for key, _ in weights}
    exact = {key: Fraction(total * weight, whole) for key, weight in weights}
    parts = {key: int(share) for key, share in exact.items()}
    ranked = sorted(exact, key=lambda key: (parts[key] - exact[key], key))
    for key in ranked[: total - sum(parts.values())]:
        parts[key] += 1
    return parts


def hub_share(sale: Sale, turnover: int) -> int:
    """The hub's part: each minor unit of the sale at the rate of the tier into which it falls."""
    total, place, left = Fraction(0), turnover, sale.base
    for bound, rate in sale.rules["tiers"]:
        room = left if bound is None else max(0, min(left, bound * UNITS[sale.currency] - place))
        total += Fraction(room * rate, 10_000)
        place, left = place + room, left - room
    return round(total)


def shares(sale: Sale, turnover: int) -> list[tuple[str, str, int]]:
    """(role, owner, amount) of everybody, in the order in which rights are numbered; the fee that the sale bears last.

    Tax and fee come first; where the rest does not suffice the core is cut first, then the hub, then the referrer.
    What the buyer's home hub has comes out of what the core then has.
    """
    fee = min(sale.fee, sale.gross - sale.tax)
    rest = sale.gross - sale.tax - fee
    referrer = min(part(sale.base, sale.rules["referrer_bps"]), rest) if sale.referrer else 0
    hub = min(hub_share(sale, turnover), rest - referrer)
    core = min(part(sale.base, sale.rules["core_bps"]), rest - referrer - hub)
    found = [("seller", sale.seller, rest - referrer - hub - core)]
    if sale.connectors:
        found += [("connector", owner, amount) for owner, amount in sorted(spread(hub, sale.connectors).items())]
    else:
        found.append(("vacant", "core", hub))
    if sale.referrer:
        found.append(("referrer", sale.referrer, referrer))
    passed_on = min(part(sale.base, sale.rules.get("cross_hub_bps", 0)), core) if sale.home else 0
    found.append(("core", "core", core - passed_on))
    if sale.home and passed_on:
        found.append((CROSS_HUB, sale.home, passed_on))
    return [*found, ("tax", sale.seller, sale.tax), ("fee", "provider", fee)]


def account_of(role: str, owner: str) -> tuple[str, str]:
    """In which account of the books a share lies."""
    if role in {"vacant", "core"}:
        return owner, {"vacant": "vacant_share", "core": "platform_revenue"}[role]
    if owner.startswith("hub:"):
        return owner, "clearing"
    if owner == "core":
        return owner, "tax" if role == "tax" else "sales"
    return owner, "owed"


def sale_legs(sale: Sale, split: Sequence[tuple[str, str, int]]) -> Legs:
    """The entry of a sale, summed by account."""
    legs: Legs = {}
    recovered = next(amount for role, _, amount in split if role == "fee")
    _add(legs, ("provider", "provider_pending"), sale.gross - sale.fee)
    _add(legs, ("core", "processor_fees"), sale.fee - recovered)
    for role, owner, amount in split:
        if role != "fee":
            _add(legs, account_of(role, owner), -amount)
    return clean(legs)


def taken_back(amount: int, left: int, remaining: Mapping[int, int]) -> dict[int, int]:
    """What a refund takes of each right: in proportion to what remains of them, the last refund all of it."""
    whole = sum(remaining.values())
    return spread(whole * amount // left, list(remaining.items())) if whole else {}


def refund_legs(amount: int, taken: Sequence[tuple[str, str, int]]) -> Legs:
    """The entry of a refund: the provider keeps its fee, which the core bears."""
    legs: Legs = {}
    _add(legs, ("provider", "provider_balance"), -amount)
    _add(legs, ("core", "processor_fees"), amount - sum(part for _, _, part in taken))
    for role, owner, part_back in taken:
        _add(legs, account_of(role, owner), part_back)
    return clean(legs)


def dispute_legs(amount: int, fee: int) -> Legs:
    """The bank takes an amount and the provider its fee, which the core bears; below zero they come back."""
    return clean(
        {
            ("provider", "provider_balance"): -amount - fee,
            ("core", "dispute_hold"): amount,
            ("core", "processor_fees"): fee,
        }
    )


def lost_legs(amount: int, beyond: int, taken: Sequence[tuple[str, str, int]]) -> Legs:
    """What waited on the hold is taken from those who earned; what the buyer had back already is the core's loss."""
    legs = refund_legs(amount, taken)
    legs.pop(("provider", "provider_balance"), None)
    _add(legs, ("core", "dispute_hold"), -amount - beyond)
    _add(legs, ("core", "bad_debt"), beyond)
    return clean(legs)


def home_split(amount: int, connectors: Sequence[tuple[str, int]]) -> list[tuple[str, str, int]]:
    """Among whom the home hub's share of a sale elsewhere goes: its connectors by weight, or the core."""
    if not connectors:
        return [("vacant", "core", amount)]
    return [(CROSS_HUB, owner, one) for owner, one in sorted(spread(amount, connectors).items())]


def home_legs(selling: str, amount: int, moved: Sequence[tuple[str, str, int]]) -> Legs:
    """The home hub's entry; `amount` is below zero where a refund takes a share back."""
    legs: Legs = {(selling, "clearing"): amount}
    for role, owner, one in moved:
        _add(legs, account_of(role, owner), -one)
    return clean(legs)


def claims(left: Sequence[tuple[Any, int]], basis_points: int) -> dict[Any, int]:
    """What a payout takes of rights, the oldest first, of which so much is `left`: all that there is, less debts.

    The oldest debts are settled first, by no more than a part of the payout. Nothing is taken where nothing is paid.
    """
    taken = {key: one for key, one in left if one > 0}
    available = sum(taken.values())
    owed = -sum(one for _, one in left if one < 0)
    settled = kept = min(owed, available * basis_points // 10_000)
    if settled >= available:
        return {}
    for key, one in left:
        if one < 0 and kept:
            taken[key] = -min(-one, kept)
            kept += taken[key]
    return taken


def _add(legs: Legs, account: tuple[str, str], amount: int) -> None:
    legs[account] = legs.get(account, 0) + amount


def clean(legs: Legs) -> Legs:
    """Without accounts that nothing happens to."""
    return {account: amount for account, amount in legs.items() if amount}
