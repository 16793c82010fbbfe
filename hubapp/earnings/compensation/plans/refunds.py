"""Late refunds: recompute the original period under its own plan and post the difference; debts are carried."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from hubapp.earnings.compensation.plans import engine
from hubapp.earnings.compensation.plans.columns import plain
from hubapp.earnings.compensation.plans.engine import Result
from hubapp.earnings.compensation.plans.rounding import SCALE


@dataclass(frozen=True, slots=True)
class Settlement:
    """What happens to one person's amount of a period: `paid` + `held` + `recovered` is what was due beyond debt."""

    paid: int
    held: int
    recovered: int
    debt: int


def after(result: Result, order_ids: Iterable[str]) -> Result:
    """The same period as if the orders had never been, under the same plan version."""
    return engine.compute(result.plan, result.ground.inputs.without(order_ids))


def differences(old: Result, new: Result) -> list[tuple[int, str, int]]:
    """(member, component, new - old) of everything that changed, after caps: the lines to post."""
    found = []
    for paid, was, is_ in zip(old.paid, old.capped, new.capped, strict=True):
        changed = np.flatnonzero(was != is_)
        change = plain((is_ - was).take(changed))
        found += [(member, paid.component.id, more) for member, more in zip(plain(changed), change, strict=True)]
    return found


def settle(*, due: int, debt: int = 0, holdback_bps: int = 0, recover_bps: int = SCALE) -> Settlement:
    """`due` is a period's pay with its clawbacks, in minor units; less than nothing adds to the debt.

    Of later pay at most `recover_bps` repays it, and `holdback_bps` of the rest waits until returns are over.
    """
    if due <= 0:
        return Settlement(0, 0, 0, debt - due)
    recovered = min(debt, due * recover_bps // SCALE)
    rest = due - recovered
    held = rest * holdback_bps // SCALE
    return Settlement(rest - held, held, recovered, debt - recovered)
