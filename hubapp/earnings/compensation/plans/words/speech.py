"""How a page writes amounts, rates, numbers and days, and what a passage of a plan in words is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hubapp.earnings.compensation.plans.tiers import Tiers

VOLUMES = {
    "cv": _l("own sales"),
    "pv": _l("the points of own sales"),
    "gv": _l("own sales and those of the whole group"),
    "gv_down": _l("the sales of the group without one's own"),
    "gpv": _l("the points of own sales and those of the whole group"),
    "cumulative_cv": _l("own sales since the beginning"),
    "amount": _l("what was paid in the hub, with tax"),
    "hub_cv": _l("the hub's sales, net of tax"),
    "hubs_amount": _l("what was paid, with tax, in the hubs that one looks after"),
    "hubs_cv": _l("the sales, net of tax, of the hubs that one looks after"),
}
IN_POINTS = frozenset({"pv", "gpv"})


@dataclass(frozen=True, slots=True)
class Speech:
    """`money` writes minor units, `percent` basis points, `number` a count, `day` a date."""

    money: Callable[[int], str]
    percent: Callable[[int], str]
    number: Callable[[int], str]
    day: Callable[[date], str]

    def volume(self, amount: int, name: str) -> str:
        """An amount of a volume: points are no money."""
        return str(_("%(number)s points", number=self.number(amount))) if name in IN_POINTS else self.money(amount)


@dataclass(frozen=True, slots=True)
class Passage:
    """What one component, or one table of limits, says; `key` is its id or the table's name."""

    key: str
    title: str
    sentences: tuple[str, ...]
    steps: tuple[str, ...] = ()


def steps_of(tiers: Tiers, mode: str, speech: Speech, *, of: str = "cv") -> list[str]:
    """A tier a step: of what lies within it (marginal), or of everything once it is reached (slab)."""
    starts = list(tiers.starts)
    found = []
    for place, (start, bps) in enumerate(zip(starts, tiers.rates, strict=True)):
        rate, low = speech.percent(bps), speech.volume(start, of)
        if mode == "slab":
            found.append(str(_("from %(start)s on: %(rate)s of everything", start=low, rate=rate)))
        elif place + 1 == len(starts):
            whole = _("%(rate)s of everything", rate=rate)
            found.append(str(_("%(rate)s of what is above %(start)s", rate=rate, start=low) if start else whole))
        else:
            end = speech.volume(starts[place + 1], of)
            first = _("%(rate)s of the first %(end)s", rate=rate, end=end)
            between = _("%(rate)s of what lies between %(start)s and %(end)s", rate=rate, start=low, end=end)
            found.append(str(between if start else first))
    return found
