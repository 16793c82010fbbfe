"""What the searches of the lint find, with its number and in words that somebody can try."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hubapp.earnings.compensation.plans.lint import searches
from hubapp.earnings.compensation.plans.lint.findings import Finding, Status
from hubapp.earnings.compensation.plans.lint.scenes import Scene
from hubapp.earnings.compensation.plans.refused import KOSCOT, VEMMA
from hubapp.earnings.compensation.plans.schema import Plan
from tests.earnings.compensation.examples import DEFAULT, plan

PERSONAL, TEAM, HUB, POOL = DEFAULT["component"]


def steps(*pairs: tuple[int, int]) -> list[dict[str, int]]:
    return [{"from": start, "bps": bps} for start, bps in pairs]


def of(*components: dict[str, Any], **changes: Any) -> Plan:
    rows = [{"id": f"c{at}", **one} for at, one in enumerate(components)]
    return plan(component=rows, **{"caps": {}, "eligibility": {}, **changes})


SLAB = {"type": "differential", "schedule": steps((0, 0), (100, 1000))}
LEVEL = {"type": "unilevel", "levels_bps": [1000]}
MARGIN = {"type": "retail_margin", "bps": 1000}
KITS, OWN = ("M4", "pay from excluded kinds"), ("Vemma II(B)", "self-purchase path")


def by_check(read: Plan) -> dict[tuple[str, str], Finding]:
    return {(one.clause, one.check): one for one in searches.findings(read)}


def test_amounts_are_said_in_the_plans_currency() -> None:
    assert searches._amount(plan(), 1_234_567) == "EUR 12,345.67"
    assert searches._amount(replace(plan(), currency=None), 1_234_567) == "1,234,567 minor units"


def test_a_case_is_told_by_who_sells_and_whom_it_is_about() -> None:
    scene = Scene((-1, 0, 0), (500, 0, 700))
    first, last = "person 1 under the core sells EUR 5.00", "person 3 under person 1 sells EUR 7.00"
    assert searches._where(plan(), scene, 0) == f": person 1 of 3, where {first}, {last}"
    middle = "person 2 under person 1 sells EUR 0.00"
    assert searches._where(plan(), scene, 1) == f": person 2 of 3, where {first}, {middle}, {last}"


def test_by_levels_one_gains_by_standing_under_oneself() -> None:
    # With everything sold by a second self beneath, the first takes the level: a tenth of 20 times the threshold.
    level = of(LEVEL)
    assert searches.split_gain(level) == (20_000, ": person 1 of 1, where person 1 under the core sells EUR 2,000.00")
    assert searches.worst_drop(level) == (0, "")
    assert searches.split_gain(of(MARGIN)) == (0, "")


def test_by_steps_another_who_reaches_one_takes_what_those_above_had() -> None:
    assert searches.split_gain(of(SLAB)) == (0, "")
    where = ": person 2 of 2, where person 1 under the core sells EUR 0.99, person 2 under person 1 sells EUR 0.99"
    assert searches.worst_drop(of(SLAB)) == (10, where)
    assert searches.cliff(of(SLAB)) == (10, " (at EUR 1.00)")


def test_without_a_step_one_more_unit_moves_pay_by_what_it_earns() -> None:
    assert searches.cliff(of({**MARGIN, "bps": 10_000})) == (1, " (at EUR 100.00)")
    assert searches.cliff(of({"type": "retail_margin", "bps": 0})) == (0, "")


def test_every_search_reports_its_number_its_words_and_its_source() -> None:
    found = by_check(of(SLAB))
    assert list(found) == [
        ("split gain", "before caps"),
        ("monotony", "before caps"),
        ("split gain", "with caps and pools"),
        ("monotony", "with caps and pools"),
        ("M9b", "threshold cliff"),
        ("M4", "recruit-only trees"),
        ("M4", "pay from excluded kinds"),
        ("Vemma II(B)", "self-purchase path"),
    ]
    drop = found["monotony", "before caps"]
    assert (drop.status, drop.value) == (Status.WARNED, 10)
    assert drop.reason.startswith(
        "somebody else selling more costs a member EUR 0.10 at worst, before caps: person 2 of 2, where"
    )
    gain = found["split gain", "with caps and pools"]
    words = "splitting oneself gains EUR 0.00 at most, with caps and pools"
    assert (gain.status, gain.value, gain.reason) == (Status.OK, 0, words)
    cliff = found["M9b", "threshold cliff"]
    words = "one more minor unit of volume moves pay by EUR 0.10 at most (at EUR 1.00); marginal tiers have no cliff"
    assert (cliff.status, cliff.value, cliff.reason) == (Status.WARNED, 10, words)


def for_nothing(read: Plan) -> list[Finding]:
    return list(searches._pay_for_nothing(read))


def test_what_is_paid_without_a_sale_is_no_pay_for_kits_or_own_purchases() -> None:
    words = "a network of recruits without a sale is paid EUR 9.00"
    assert for_nothing(of({"type": "pool", "fund_fixed": 900, "shares_on": POOL["shares_on"]})) == [
        Finding("M4", "recruit-only trees", Status.REFUSED, 900, words, KOSCOT),
        Finding(*KITS, Status.OK, 0, "kits, entry fees and training are paid EUR 0.00", KOSCOT),
        Finding(*OWN, Status.OK, 0, "purchases of participants are paid EUR 0.00", VEMMA),
    ]


def test_pay_for_kits_is_counted_on_three_who_sell_much() -> None:
    base = {**DEFAULT["base"], "exclude_kinds": ["entry_fee", "training"]}
    recruits, kits, own = for_nothing(of(MARGIN, base=base))
    # Three people sell 20 times 100.00 each; a tenth of it is paid.
    words = "kits, entry fees and training are paid EUR 600.00"
    assert kits == Finding(*KITS, Status.REFUSED, 60_000, words, KOSCOT)
    assert [(one.status, one.value) for one in (recruits, own)] == [(Status.OK, 0)] * 2


def test_pay_for_own_purchases_is_counted_beside_what_comes_from_customers() -> None:
    base = {**DEFAULT["base"], "commissionable_buyers": ["customer", "participant"]}
    recruits, kits, own = for_nothing(of(MARGIN, base=base))
    assert own == Finding(*OWN, Status.REFUSED, 60_000, "purchases of participants are paid EUR 600.00", VEMMA)
    assert [(one.status, one.value) for one in (recruits, kits)] == [(Status.OK, 0)] * 2


def test_pay_for_nothing_is_tried_far_above_all_thresholds_on_three_in_a_line() -> None:
    base = {**DEFAULT["base"], "exclude_kinds": [], "commissionable_buyers": ["customer", "participant"]}
    tiers = {"type": "personal_tier", "tiers": steps((0, 0), (100, 0), (300, 0))}
    levels = {"type": "unilevel", "levels_bps": [1000, 500]}
    # 20 times 3.00 each: two are above at one level, one at two.
    assert [one.value for one in for_nothing(of(tiers, levels, base=base))] == [0, 600 * 2 + 300, 600 * 2 + 300]
    all_of_it = {**MARGIN, "bps": 10_000}
    assert [one.value for one in for_nothing(of(all_of_it))] == [0, 0, 0]
    assert [one.value for one in for_nothing(of(all_of_it, base=base))] == [0, 600_000, 600_000]


def test_one_unit_for_kits_is_one_too_many() -> None:
    base = {**DEFAULT["base"], "exclude_kinds": [], "commissionable_buyers": ["customer", "participant"]}
    tiers = {"type": "personal_tier", "tiers": steps((0, 0), (1, 0))}
    found = for_nothing(of(tiers, {"type": "unilevel", "levels_bps": [0, 500]}, base=base))
    assert [(one.value, one.status) for one in found[1:]] == [(1, Status.REFUSED)] * 2


def test_one_unit_for_nothing_is_one_too_many() -> None:
    fixed = {"type": "pool", "fund_fixed": 1, "shares_on": POOL["shares_on"]}
    assert [one.status for one in for_nothing(of(fixed))] == [Status.REFUSED, Status.OK, Status.OK]
    starts = {"type": "personal_tier", "tiers": steps((0, 0), (95, 10_000), (100, 0))}
    base = {**DEFAULT["base"], "exclude_kinds": [], "commissionable_buyers": ["customer", "participant"]}
    assert [one.value for one in for_nothing(of(starts, base=base))] == [0, 15, 15]
    single = {"type": "group_tier", "on": "gv_down", "mode": "marginal", "tiers": steps((0, 0), (3999, 10_000))}
    found = for_nothing(of(single, {**MARGIN, "bps": 0}, base=base))
    assert [one.status for one in found] == [Status.OK, Status.REFUSED, Status.REFUSED]


@pytest.mark.parametrize(("most", "status"), [(4, Status.OK), (5, Status.WARNED)])
def test_a_few_units_of_rounding_are_no_finding(most: int, status: Status) -> None:
    # At 100 the whole volume earns the rate, so the jump is as many units as there are hundredths in it.
    jump = by_check(of({"type": "personal_tier", "mode": "slab", "tiers": steps((0, 0), (100, most * 100))}))
    found = jump["M9b", "threshold cliff"]
    assert (found.value, found.status) == (most, status)


@pytest.mark.parametrize(("low", "high"), [((2, 1000), (4, Status.OK)), ((2, 1250), (5, Status.WARNED))])
def test_a_few_units_gained_by_splitting_are_no_finding(low: tuple[int, int], high: tuple[int, Status]) -> None:
    tiers = {"type": "personal_tier", "tiers": steps((0, 0), (low[0], 0))}
    found = by_check(of(tiers, {"type": "unilevel", "levels_bps": [low[1]]}))["split gain", "before caps"]
    assert (found.value, found.status) == high


@pytest.mark.parametrize(("start", "drop", "status"), [(40, 4, Status.OK), (50, 5, Status.WARNED)])
def test_a_few_units_lost_to_another_are_no_finding(start: int, drop: int, status: Status) -> None:
    found = by_check(of({**SLAB, "schedule": steps((0, 0), (start, 1000))}))["monotony", "before caps"]
    assert (found.value, found.status) == (drop, status)


def test_a_loss_by_one_unit_more_is_found() -> None:
    falling = {"type": "personal_tier", "mode": "slab", "tiers": steps((0, 1000), (100, 0), (101, 1000))}
    words = ": person 1 of 1, where person 1 under the core sells EUR 0.99"
    assert searches.worst_drop(of(falling)) == (9, words)


def test_only_personal_and_group_pay_is_searched_before_caps() -> None:
    found = by_check(of(LEVEL, HUB))
    assert found["split gain", "before caps"].value == 20_000  # the thresholds of the hub are left out too
    assert found["M9b", "threshold cliff"].value == 1  # and not the hub's fixed payment
    assert by_check(of(HUB))["M9b", "threshold cliff"].value == 0


def test_what_a_participants_cap_does_is_searched_beside() -> None:
    found = by_check(of(LEVEL, caps={"per_participant_cents": 100}))
    assert [found["split gain", name].value for name in ("before caps", "with caps and pools")] == [20_000, 100]
