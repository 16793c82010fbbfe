"""A statement in words: each line with the sentences that explain it, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hubapp.earnings.compensation.plans.rounding import SCALE
from hubapp.kernel.money import Money
from hubapp.web.render import money, percent

Data = Mapping[str, Any]

PIECES = {
    "own_sale": _l("%(rate)s of %(base)s, your sale %(order)s"),
    "difference": _l("%(rate)s of %(base)s sold in your group where the highest rate beneath you is %(beneath)s"),
    "level": _l("%(rate)s of %(base)s on level %(level)s of your group"),
    "generation": _l("%(rate)s of %(base)s in generation %(level)s of your group"),
    "legs_and_own": _l("your group sold %(base)s, counted as follows"),
    "group": _l("%(rate)s of %(base)s that your group sold"),
    "pool": _l("your part of a pool of %(base)s"),
    "hub_fee": _l("your part of the fee on %(base)s sold in %(hub)s"),
    "hub_tier": _l("%(rate)s of %(base)s, turnover of %(hub)s"),
    "hub_fixed": _l("fixed payment for %(hub)s, whose turnover was %(base)s"),
    "hub_part": _l("your part of what %(hub)s earns by a turnover of %(base)s"),
    "reward": _l("rewards for sales %(depth)s steps beneath you"),
    "group_volume": _l("%(rate)s of %(base)s that your group adds to your own sales"),
    "leg": _l("less what a leg that sold %(base)s earns by itself"),
    "legs": _l("less what smaller legs that sold %(base)s together earn by themselves"),
}
REASONS = {
    "few_customers": _l("%(amount)s of it is forfeited: pay from the group needs more customers of your own"),
    "inside_buyers": _l(
        "%(amount)s of it is forfeited: not more than half of what your group sold was bought by customers outside it"
    ),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the amount that belongs to it, if one does; `details` stand beneath it."""

    text: str
    amount: str | None = None
    details: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A line: the component's id and type, what it pays, and why."""

    component: str
    type: str
    amount: str
    sentences: tuple[Sentence, ...]


def lines(document: Data, *, hubs: Mapping[str, str]) -> list[Told]:
    """Every line that pays or forfeits something; `hubs`: names of hubs by the ids in the statement."""
    shown = _shower(document["period"]["currency"])
    rules = document["plan"]["rules"]
    return [
        Told(line["component"], line["type"], shown(line["amount"]), tuple(_sentences(line, rules, shown, hubs)))
        for line in document["lines"]
        if line["computed"] or line["amount"]
    ]


def corrections(document: Data) -> list[Sentence]:
    """What late refunds changed in earlier periods."""
    found = []
    for one in document["corrections"]:
        shown = _shower(one["period"]["currency"])
        for row in one["lines"]:
            text = _(
                "%(period)s, %(component)s: after refunds %(now)s instead of %(was)s",
                period=one["period"]["name"],
                component=row["component"],
                now=shown(row["now"]),
                was=shown(row["was"]),
            )
            found.append(Sentence(str(text), shown(row["difference"])))
    return found


def totals(document: Data) -> list[Sentence]:
    """The sum, and how it is settled with what was owed."""
    sums, shown = document["totals"], _shower(document["period"]["currency"])
    found = [Sentence(str(_("This period")), shown(sums["period"]))]
    if sums["corrections"]:
        found.append(Sentence(str(_("Corrections of earlier periods")), shown(sums["corrections"])))
        found.append(Sentence(str(_("Due")), shown(sums["due"])))
    parts = {
        "recovered": _("Repays what earlier corrections left owed"),
        "held": _("Held back until returns are over"),
        "paid": _("Paid"),
        "debt_after": _("Still owed by you; later pay makes up for it"),
    }
    settlement = sums["settlement"] or {}
    return found + [
        Sentence(str(text), shown(settlement[name])) for name, text in parts.items() if settlement.get(name)
    ]


def _shower(currency: str) -> Callable[[int], str]:
    return lambda amount: money(Money(amount, currency))


def _sentences(line: Data, rules: Data, shown: Callable[[int], str], hubs: Mapping[str, str]) -> Iterator[Sentence]:
    """The pieces, then whatever took something away from them."""
    for piece in line["pieces"]:
        amount = None if line["forfeited"] else shown(piece["minor"])
        yield Sentence(_said(piece, shown, hubs), amount, tuple(_details(piece, shown, hubs)))
    if line["reason"]:
        yield Sentence(str(REASONS[line["reason"]]) % {"amount": shown(line["forfeited"] // SCALE)})
    if line["exact"] != line["rounded"] * SCALE:
        yield Sentence(str(_("rounded once, at the end of the line, to %(amount)s", amount=shown(line["rounded"]))))
    caps = rules["caps"]
    if line["within_own_cap"] != line["rounded"]:
        words = _(
            "%(amount)s, because nobody is paid more than %(most)s for a period",
            amount=shown(line["within_own_cap"]),
            most=shown(caps["per_participant_cents"]),
        )
        yield Sentence(str(words))
    if line["amount"] != line["within_own_cap"]:
        words = _(
            "%(amount)s, because everybody's pay together stays within %(rate)s of all sales",
            amount=shown(line["amount"]),
            rate=percent(caps["total_bps"]),
        )
        yield Sentence(str(words))


def _details(piece: Data, shown: Callable[[int], str], hubs: Mapping[str, str]) -> Iterator[Sentence]:
    """The addends of a group's piece; each is rounded for reading, their sum is exact."""
    for part in piece.get("parts", ()):
        if part["exact"]:
            sign = -1 if part["exact"] < 0 else 1
            yield Sentence(_said(part, shown, hubs), shown(sign * (abs(part["exact"]) // SCALE)))


def _said(piece: Data, shown: Callable[[int], str], hubs: Mapping[str, str]) -> str:
    why = "legs_and_own" if "parts" in piece else piece["why"]
    return str(PIECES[why]) % {
        "rate": percent(piece["bps"]) if piece["bps"] is not None else "",
        "base": shown(piece["base"]),
        "order": piece.get("order", ""),
        "beneath": percent(piece.get("beneath", 0)),
        "level": piece.get("level", 0),
        "depth": piece.get("depth", 0),
        "hub": hubs.get(piece.get("hub", ""), piece.get("hub", "")),
    }
