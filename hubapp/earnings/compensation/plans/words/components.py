"""Components in words. `PASSAGES` has every type that the engine knows; a test fails for one without a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from hubapp.earnings.compensation.plans.schema import (
    Component,
    Differential,
    FeeCascade,
    Generation,
    Geometric,
    GroupTier,
    HubShare,
    HubTier,
    PersonalTier,
    Pool,
    RetailMargin,
    Unilevel,
)
from hubapp.earnings.compensation.plans.words import limits
from hubapp.earnings.compensation.plans.words.speech import VOLUMES, Passage, Speech, steps_of

TITLES = {
    "personal_tier": _l("Own sales"),
    "retail_margin": _l("Retail margin"),
    "differential": _l("Group, by difference"),
    "unilevel": _l("Group, by level"),
    "generation": _l("Group, by generation"),
    "group_tier": _l("Group, by volume"),
    "pool": _l("Pool"),
    "hub_share": _l("Hub, part of a fee"),
    "hub_tier": _l("Hub, by turnover"),
    "fee_cascade": _l("Fees passed on"),
    "geometric": _l("Shrinking reward"),
}
COMPRESSIONS = {
    "none": _l("Levels are counted as people stand; a level whose holder does not qualify stays unpaid."),
    "standard": _l("Who is not active is left out for the period, then levels are counted."),
    "dynamic": _l("Each level goes up to the next active person who may take it."),
}


def passage(component: Component, speech: Speech) -> Passage:
    """What a component says."""
    sentences, steps = PASSAGES[component.type](component, speech)
    texts = tuple(str(sentence) for sentence in sentences)
    return Passage(component.id, str(TITLES[component.type]), texts, tuple(str(step) for step in steps))


def title(kind: str) -> str:
    """What a type of component is called."""
    return str(TITLES[kind])


def _personal(one: PersonalTier, speech: Speech) -> tuple[list[str], list[str]]:
    if one.mode == "slab":
        said = [_("Who sells to customers earns one rate of all their own sales.")]
    else:
        said = [_("Who sells to customers earns a part of their own sales, each slice at its own rate.")]
    said.append(_("The rate follows %(volume)s:", volume=VOLUMES[one.threshold_on]))
    if one.by_order:
        said.append(_("Each order is credited with what it added when it came."))
    return said, steps_of(one.tiers, one.mode, speech, of=one.threshold_on)


def _retail(one: RetailMargin, speech: Speech) -> tuple[list[str], list[str]]:
    return [_("Who sells to customers earns %(rate)s of their own sales.", rate=speech.percent(one.bps))], []


def _differential(one: Differential, speech: Speech) -> tuple[list[str], list[str]]:
    volume = VOLUMES[one.threshold_on]
    if one.mode == "marginal":
        said = [
            _("A group's volume earns the slices below; each person keeps what their legs have not earned themselves."),
            _("The volume is %(volume)s. Nobody gains by splitting, and no threshold makes pay jump.", volume=volume),
        ]
    elif one.schedule is not None:
        said = [_("Everybody has one rate, by %(volume)s.", volume=volume), _difference()]
    else:
        said = [_("Everybody has one rate, by their rank."), _difference()]
    if one.max_paid_per_sale is not None:
        count = one.max_paid_per_sale
        one_sale = ngettext(
            "One sale pays at most %(num)d person in this way.",
            "One sale pays at most %(num)d people in this way.",
            count,
        )
        said.append(one_sale)
    said += limits.rule_sentences(one.rule, speech)
    if one.schedule is not None:
        return said, steps_of(one.schedule, one.mode, speech, of=one.threshold_on)
    return said, by_rank(one.rate_by_rank, speech.percent)


def _difference() -> str:
    return str(_("Of each sale, the next person up with a higher rate is paid the difference."))


def _unilevel(one: Unilevel, speech: Speech) -> tuple[list[str], list[str]]:
    said = [_("Each sale pays those above the seller, level by level."), COMPRESSIONS[one.compression]]
    levels = [
        str(_("level %(number)d: %(rate)s", number=number, rate=speech.percent(bps)))
        for number, bps in enumerate(one.levels, start=1)
    ]
    if one.depth_by_rank is None:
        said.append(_("Everybody active takes every level."))
        return said, levels
    said.append(_("How many levels somebody takes follows their rank."))
    return said, levels + by_rank(one.depth_by_rank, _levels)


def _levels(count: int) -> str:
    return str(ngettext("%(num)d level", "%(num)d levels", count))


def _generation(one: Generation, speech: Speech) -> tuple[list[str], list[str]]:
    said = [
        _(
            "People of the rank %(rank)s are paid on the groups of others of this rank beneath them, by generation.",
            rank=one.rank,
        )
    ]
    return said, [
        str(_("generation %(number)d: %(rate)s", number=number, rate=speech.percent(bps)))
        for number, bps in enumerate(one.rates, start=1)
    ]


def by_rank(table: dict[str, int], say: Callable[[int], str]) -> list[str]:
    """A step for each rank."""
    return [str(_("rank %(rank)s: %(what)s", rank=rank, what=say(value))) for rank, value in table.items()]


def _group(one: GroupTier, speech: Speech) -> tuple[list[str], list[str]]:
    said = [_("Whose group sells is paid on its volume: %(volume)s.", volume=VOLUMES[one.on])]
    if one.ranks:
        said.append(_("Only people of these ranks take part: %(ranks)s.", ranks=", ".join(sorted(one.ranks))))
    return said, steps_of(one.tiers, one.mode, speech, of=one.on)


def _pool(one: Pool, speech: Speech) -> tuple[list[str], list[str]]:
    if one.fund_fixed:
        said = [_("%(amount)s of each period go into a pool, whatever was sold.", amount=speech.money(one.fund_fixed))]
    else:
        said = [_("%(rate)s of all sales go into a pool.", rate=speech.percent(one.fund_bps))]
    if one.shares_on is not None:
        said.append(
            _(
                "Hubs divide it by how many of their new customers ordered again, never by who joined; a hub's part is"
                " divided between its connectors by days."
            )
        )
    else:
        said.append(_("It is divided by fixed shares."))
    if one.cap_bps is not None:
        rate = speech.percent(one.cap_bps)
        said.append(_("Nobody takes more than %(rate)s of it; what is over stays with the company.", rate=rate))
    shares = [_("%(name)s: %(shares)s", name=name, shares=speech.number(count)) for name, count in one.shares.items()]
    return said, shares


def _hub_share(one: HubShare, speech: Speech) -> tuple[list[str], list[str]]:
    fee, part, rest = (speech.percent(bps) for bps in (one.fee_bps, one.connector_bps, one.company_bps))
    return [
        _("The hub's sales bear a fee of %(fee)s.", fee=fee),
        _("%(part)s of the fee is its connectors', by days; %(rest)s the company's.", part=part, rest=rest),
    ], []


def _hub_tier(one: HubTier, speech: Speech) -> tuple[list[str], list[str]]:
    volume = VOLUMES["amount" if one.on == "amount" else "hub_cv"]
    said = [_("A hub's connectors earn a part of its turnover: %(volume)s.", volume=volume)]
    if one.fixed_payment:
        turnover, count = speech.money(one.fixed_min_turnover), speech.number(one.fixed_min_customers)
        said.append(
            _(
                "A fixed %(amount)s is added once the turnover is %(turnover)s and the hub has %(count)s customers.",
                amount=speech.money(one.fixed_payment),
                turnover=turnover,
                count=count,
            )
        )
    if one.split:
        said.append(_("Its connectors divide it as follows; without these people, by the days they held the hub:"))
    else:
        said.append(_("Several connectors divide it by the days they held the hub."))
    names = [_("%(name)s: %(part)s", name=name, part=speech.percent(bps)) for name, bps in one.split.items()]
    return said, steps_of(one.tiers, one.mode, speech) + names


def _cascade(one: FeeCascade, speech: Speech) -> tuple[list[str], list[str]]:
    steps = []
    for step in one.steps:
        part = (
            _("all it has")
            if step.part_bps is None
            else _("%(rate)s of everything", rate=speech.percent(step.part_bps))
        )
        to = ", ".join(f"{name} {speech.percent(bps)}" for name, bps in step.to.items())
        rest = step.rest or step.payer
        steps.append(
            _(
                "%(payer)s passes on %(part)s: %(to)s, the rest to %(rest)s",
                payer=step.payer,
                part=part,
                to=to,
                rest=rest,
            )
        )
    return [_("What was paid moves between accounts, step by step.")], steps


def _geometric(one: Geometric, speech: Speech) -> tuple[list[str], list[str]]:
    top, bottom = one.numerator, one.denominator
    return [
        _("Each order pays its seller %(amount)s.", amount=speech.money(one.reward)),
        _("The next above gets %(top)d/%(bottom)d of it, and so on.", top=top, bottom=bottom),
        _("Together at most %(budget)s.", budget=speech.money(one.budget)),
    ], []


PASSAGES: dict[str, Callable[[Any, Speech], tuple[list[str], list[str]]]] = {
    "personal_tier": _personal,
    "retail_margin": _retail,
    "differential": _differential,
    "unilevel": _unilevel,
    "generation": _generation,
    "group_tier": _group,
    "pool": _pool,
    "hub_share": _hub_share,
    "hub_tier": _hub_tier,
    "fee_cascade": _cascade,
    "geometric": _geometric,
}
