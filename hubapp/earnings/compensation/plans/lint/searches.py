"""What only running the plan shows: gains by splitting oneself, losses by selling more, cliffs, pay for nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from hubapp.earnings.compensation.plans import engine
from hubapp.earnings.compensation.plans.lint import scenes
from hubapp.earnings.compensation.plans.lint.findings import Finding, judged
from hubapp.earnings.compensation.plans.lint.scenes import SHAPES, Scene
from hubapp.earnings.compensation.plans.lint.static import NEVER_PAID
from hubapp.earnings.compensation.plans.refused import KOSCOT, VEMMA
from hubapp.earnings.compensation.plans.schema import MULTI_LEVEL, Caps, Plan, Pool
from hubapp.kernel.money import Money

PERSONAL = frozenset({"personal_tier", "retail_margin"})
# Rounding down may move a minor unit per component; less than that is no finding.
NOISE = 4


def findings(plan: Plan) -> Iterator[Finding]:
    """All of them, in a fixed order."""
    plan = scenes.at_home(plan)
    bare = replace(plan, caps=Caps(), components=tuple(c for c in plan.components if c.type in PERSONAL | MULTI_LEVEL))
    for name, one in (("before caps", bare), ("with caps and pools", plan)):
        gain, where = split_gain(one)
        words = f"splitting oneself gains {_amount(plan, gain)} at most, {name}{where}"
        yield judged("split gain", name, gain, warn=gain > NOISE, reason=words)
        drop, where = worst_drop(one)
        words = f"somebody else selling more costs a member {_amount(plan, drop)} at worst, {name}{where}"
        yield judged("monotony", name, drop, warn=drop > NOISE, reason=words)
    jump, where = cliff(bare)
    words = f"one more minor unit of volume moves pay by {_amount(plan, jump)} at most{where}"
    yield judged("M9b", "threshold cliff", jump, warn=jump > NOISE, reason=f"{words}; marginal tiers have no cliff")
    yield from _pay_for_nothing(plan)


def _pay_for_nothing(plan: Plan) -> Iterator[Finding]:
    """Recruits alone, kits and fees, and purchases of participants: whatever the words say, nothing is paid."""
    starts = scenes.thresholds(plan)
    volume = 20 * starts[-1]
    recruits = max(sum(pay) for parents in SHAPES for pay in _totals(plan, _alike(plan, parents, 0)))
    words = f"a network of recruits without a sale is paid {_amount(plan, recruits)}"
    yield judged("M4", "recruit-only trees", recruits, refuse=recruits > 0, reason=words, source=KOSCOT)
    line = SHAPES[2]
    sold = _alike(plan, line, volume)
    nothing = max(sum(pay) for pay in _totals(plan, _alike(plan, line, 0)))
    for_kits = [scene.inputs(plan, kind=kind) for scene in sold for kind in NEVER_PAID]
    kits = max(sum(engine.compute(plan, one).totals) for one in for_kits) - nothing
    words = f"kits, entry fees and training are paid {_amount(plan, kits)}"
    yield judged("M4", "pay from excluded kinds", kits, refuse=kits > 0, reason=words, source=KOSCOT)
    own = max(sum(engine.compute(plan, scene.inputs(plan, buyer=1)).totals) for scene in sold) - nothing
    words = f"purchases of participants are paid {_amount(plan, own)}"
    yield judged("Vemma II(B)", "self-purchase path", own, refuse=own > 0, reason=words, source=VEMMA)


def _alike(plan: Plan, parents: tuple[int, ...], cv: int) -> list[Scene]:
    """One shape in which everybody sells the same."""
    return [Scene(parents, (cv,) * len(parents), keeper) for keeper in scenes.keepers(plan, parents)]


def _amount(plan: Plan, minor: int) -> str:
    return f"{plan.currency} {Money(minor, plan.currency).major:,}" if plan.currency else f"{minor:,} minor units"


def _where(plan: Plan, scene: Scene, member: int) -> str:
    """The case in words, so that somebody can try it."""
    sales = [
        f"person {place + 1} under {f'person {parent + 1}' if parent >= 0 else 'the core'} sells {_amount(plan, cv)}"
        for place, (parent, cv) in enumerate(zip(scene.parents, scene.volumes, strict=True))
        if cv or place == member
    ]
    if scene.keeper is not None:
        one = scene.keeper == scenes.EVERYBODY
        sales.append("everybody looks after a hub" if one else f"person {scene.keeper + 1} looks after the hub")
    return f": person {member + 1} of {len(scene.parents)}, where {', '.join(sales)}"


def split_gain(plan: Plan) -> tuple[int, str]:
    """The most that one person gains as two, and where."""
    found, places, splits = list(scenes.scenes(plan)), [], []
    for place, scene in enumerate(found):
        for member in range(len(scene.parents)):
            for split in _selves(scene, member):
                places.append((place, member))
                splits.append(split)
    best, where, before = 0, "", _totals(plan, found)
    for (place, member), after in zip(places, _totals(plan, splits), strict=True):
        scene = found[place]
        gain = after[member] + after[len(scene.parents)] - before[place][member]
        if gain > best:
            best, where = gain, _where(plan, scene, member)
    return best, where


def _selves(scene: Scene, member: int) -> Iterator[Scene]:
    """One person as two in every way that is tried; an empty second self without legs would change nothing."""
    cv, has_legs = scene.volumes[member], member in scene.parents
    for moved in sorted({0, cv // 2, cv}):
        if moved:
            yield scene.split(member, moved, with_legs=False)
        if has_legs:
            yield scene.split(member, moved, with_legs=True)


def worst_drop(plan: Plan) -> tuple[int, str]:
    """The most that anybody loses because somebody sells more, and where."""
    steps = sorted({1, *scenes.thresholds(plan)})
    found, places, more = list(scenes.scenes(plan)), [], []
    for place, scene in enumerate(found):
        for member in range(len(scene.parents)):
            for volume in (steps[0], steps[len(steps) // 2], steps[-1]):
                places.append((place, member))
                more.append(scene.selling(member, volume))
    worst, where, before = 0, "", _totals(plan, found)
    for (place, member), after in zip(places, _totals(plan, more), strict=True):
        drop = max(was - is_ for was, is_ in zip(before[place], after, strict=True))
        if drop > worst:
            scene = found[place]
            worst, where = drop, _where(plan, scene, member)
    return worst, where


def cliff(plan: Plan) -> tuple[int, str]:
    """The biggest step in anybody's pay for one more minor unit of volume, and where."""
    starts, beneath, reached = [], [], []
    for start in scenes.thresholds(plan):
        for parents in SHAPES[:3]:
            for member, keeper in product(range(len(parents)), scenes.keepers(plan, parents)):
                volumes = tuple(start - 1 if place == member else 0 for place in range(len(parents)))
                scene = Scene(parents, volumes, keeper)
                for extra in (scene, scene.selling(0, start // 2).selling(member, -min(start // 2, start - 1))):
                    starts.append(start)
                    beneath.append(extra)
                    reached.append(extra.selling(member, 1))
    worst, where = 0, ""
    for start, before, after in zip(starts, _totals(plan, beneath), _totals(plan, reached), strict=True):
        jump = max(abs(now - was) for was, now in zip(before, after, strict=True))
        if jump > worst:
            worst, where = jump, f" (at {_amount(plan, start)})"
    return worst, where


def _totals(plan: Plan, found: Sequence[Scene]) -> list[list[int]]:
    """Pay by member in each scene; the connector beside the tree comes last.

    Scenes stand in one run where nothing goes from one to another: a pool and a cap on the total are of all together.
    """
    is_shared = plan.caps.total_bps is not None or any(isinstance(one, Pool) for one in plan.components)
    if is_shared:
        return [engine.compute(plan, scene.inputs(plan)).totals for scene in found]
    totals = iter(engine.compute(plan, scenes.side_by_side(plan, found)).totals)
    return [[next(totals) for _ in range(len(scene.parents) + 1)] for scene in found]
