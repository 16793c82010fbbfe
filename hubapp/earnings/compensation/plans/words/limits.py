"""What holds for the whole plan, in words: when, what counts, who qualifies, caps, rounding, refunds."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from hubapp.earnings.compensation.plans.rounding import Rounding
from hubapp.earnings.compensation.plans.schema import Base, Caps, MemberRule, Period, Plan, Refunds
from hubapp.earnings.compensation.plans.words.speech import Passage, Speech

MOMENTS = {
    "delivered_at": _l("A sale counts on the day it was handed over."),
    "paid_at": _l("A sale counts on the day it was paid."),
    "ordered_at": _l("A sale counts on the day it was ordered."),
}
KINDS = {
    "product": _l("products"),
    "shipping": _l("shipping"),
    "entry_fee": _l("entry fees"),
    "kit": _l("kits"),
    "training": _l("training"),
    "gift_card": _l("gift cards"),
    "donation": _l("donations"),
}
BUYERS = {
    "customer": _l("customers outside the programme"),
    "participant": _l("people who take part in it"),
    "event": _l("visitors of events"),
}


def passages(plan: Plan, speech: Speech, titles: Mapping[str, str]) -> list[Passage]:
    """Every table of the plan that is not a component; `titles` of these by their ids."""
    found = [Passage("plan", str(_("What it is")), tuple(_head(plan, speech)))]
    if plan.period is not None:
        found.append(Passage("period", str(_("When")), tuple(period_sentences(plan.period, speech))))
    if plan.base is not None:
        found.append(Passage("base", str(_("What counts")), tuple(base_sentences(plan.base, speech))))
    qualifying = _qualifying(plan, speech)
    if qualifying:
        found.append(Passage("eligibility", str(_("Who qualifies for pay from the group")), tuple(qualifying)))
    found.append(Passage("caps", str(_("Limits")), tuple(cap_sentences(plan.caps, speech, titles))))
    found.append(Passage("rounding", str(_("Rounding")), tuple(rounding_sentences(plan.rounding, speech))))
    if plan.refunds is not None:
        found.append(Passage("refunds", str(_("Refunds")), tuple(refund_sentences(plan.refunds, speech))))
    return found


def _head(plan: Plan, speech: Speech) -> list[str]:
    name = _("Version %(version)d of the plan %(plan)s.", version=plan.version, plan=plan.id)
    said = [str(name)]
    if plan.currency is not None:
        said.append(str(_("It pays for sales of the core's products in %(currency)s.", currency=plan.currency)))
    if plan.effective_from is not None:
        said.append(str(_("It holds from %(day)s on.", day=speech.day(plan.effective_from))))
    return said


def period_sentences(period: Period, speech: Speech) -> list[str]:
    """When sales count, and when a period may close."""
    if period.kind == "month":
        kind = _("Pay is counted month by month, by the clock of %(zone)s.", zone=period.timezone)
    else:
        kind = _("Pay is counted week by week, by the clock of %(zone)s.", zone=period.timezone)
    lag = _("A period closes %(days)s days after its end at the earliest.", days=speech.number(period.close_lag_days))
    return [str(kind), str(MOMENTS[period.event_time]), str(lag)]


def base_sentences(base: Base, speech: Speech) -> list[str]:
    """What counts, and whose purchases."""
    buyers = ", ".join(str(BUYERS[name]) for name in sorted(base.buyers))
    said = [_("Counted are purchases of: %(buyers)s, net of tax.", buyers=buyers)]
    if base.exclude_kinds:
        kinds = ", ".join(str(KINDS.get(kind, kind)) for kind in sorted(base.exclude_kinds))
        said.append(_("Nothing is ever paid for: %(kinds)s.", kinds=kinds))
    days = speech.number(base.lookback_days)
    said.append(_("Who took part in the programme within %(days)s days before is no customer.", days=days))
    said.append(_("Nor is who looks after a hub in the period, or joins the programme again in it."))
    return [str(one) for one in said]


def _qualifying(plan: Plan, speech: Speech) -> list[str]:
    said = rule_sentences(plan.rule, speech) if plan.rule is not None else []
    if plan.retail_share_min is not None:
        part, whole = plan.retail_share_min
        said.append(
            str(
                _(
                    "At least %(part)d/%(whole)d of pay from groups comes from sales to customers.",
                    part=part,
                    whole=whole,
                )
            )
        )
    return said


def rule_sentences(rule: MemberRule, speech: Speech) -> list[str]:
    """Who keeps what comes from their group."""
    minima = []
    if rule.min_customers is not None:
        count = rule.min_customers
        minima.append(str(ngettext("%(num)d customer of their own", "%(num)d customers of their own", count)))
    if rule.min_volume is not None:
        volume = speech.volume(rule.min_volume, "pv" if rule.in_points else "cv")
        minima.append(str(_("%(volume)s from customers", volume=volume)))
    said = []
    if minima:
        either = str(_(" or ")).join(minima)
        said.append(str(_("What comes from the group is paid to those with at least %(minima)s.", minima=either)))
    if rule.majority:
        said.append(str(_("It is paid only where more than half of the group's sales go to people outside it.")))
    return said


def cap_sentences(caps: Caps, speech: Speech, titles: Mapping[str, str] | None = None) -> list[str]:
    """The most that is paid, and what is cut first: `titles` of components in the reader's words, else their ids."""
    said = []
    if caps.total_bps is None:
        said.append(_("There is no cap on the total."))
    else:
        said.append(_("All pay together is at most %(rate)s of sales.", rate=speech.percent(caps.total_bps)))
    if caps.per_participant is not None:
        most = speech.money(caps.per_participant)
        said.append(_("Nobody is paid more than %(amount)s a period.", amount=most))
    if caps.scale_order:
        names = ", ".join((titles or {}).get(name, name) for name in caps.scale_order)
        said.append(_("If that is not enough, these are cut first, in this order: %(names)s.", names=names))
    return [str(one) for one in said]


def rounding_sentences(rounding: Rounding, speech: Speech) -> list[str]:
    """How exact amounts become money."""
    step = speech.money(rounding.unit)
    if rounding.mode == "down":
        said = _("Amounts are rounded down to %(step)s; fractions stay with the company and are reported.", step=step)
    else:
        said = _("Amounts are rounded half up to %(step)s.", step=step)
    return [str(said)]


def refund_sentences(refunds: Refunds, speech: Speech) -> list[str]:
    """What happens when something is given back."""
    age = speech.number(refunds.max_age_days)
    said = [
        _("What is given back within %(days)s days is computed anew under the plan of its time.", days=age),
        _("A debt takes at most %(rate)s of later pay.", rate=speech.percent(refunds.recover_bps)),
    ]
    if refunds.holdback_bps:
        rate = speech.percent(refunds.holdback_bps)
        said.append(_("%(rate)s of pay is held back until returns are over.", rate=rate))
    return [str(one) for one in said]
