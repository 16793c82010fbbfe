"""Shares in words: what a part is called, and the sentence behind each amount, in the reader's language."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hubapp.earnings.shares.policies import Role
from hubapp.earnings.shares.rules import Rules
from hubapp.kernel.money import Money, exponent
from hubapp.web.render import money, percent

NAMES = {
    Role.SELLER: _l("Seller"),
    Role.CONNECTOR: _l("Connector"),
    Role.REFERRER: _l("Referrer"),
    Role.CORE: _l("Network"),
    Role.CROSS_HUB: _l("Buyer's home hub"),
    Role.TAX: _l("Tax"),
    Role.DISPUTE_FEE: _l("Fee of a lost dispute"),
    Role.FEE: _l("Payment fee"),
    Role.RETAINER: _l("Retainer"),
    Role.PLAN: _l("Pay plan"),
}


PLAN_PARTS = {
    "personal_tier": _l("For own sales"),
    "retail_margin": _l("For own sales"),
    "differential": _l("For the group"),
    "unilevel": _l("For the group, level by level"),
    "generation": _l("For the group, generation by generation"),
    "group_tier": _l("For the group"),
    "pool": _l("From the pool of the hubs"),
    "hub_share": _l("For the hub"),
    "hub_tier": _l("For the hub"),
}


def role_name(role: str, *, is_vacant: bool = False) -> str:
    """What a part of a sale is called."""
    return str(_("Network, for a hub without a connector") if is_vacant else NAMES[Role(role)])


def explain(explanation: dict[str, Any], currency: str) -> str:
    """The rule that produced an amount, with its numbers, e.g. "5% of €1,200.00; 6% of €34.00"."""

    def shown(amount: int) -> str:
        return money(Money(amount, currency))

    text = _rule(explanation, shown)
    if passed_on := explanation.get("passed_on"):
        text = _("%(rule)s, less %(amount)s for the buyer's home hub", rule=text, amount=shown(passed_on))
    if cut := explanation.get("cut"):
        text = _("%(rule)s, cut by %(amount)s because the price did not cover it", rule=text, amount=shown(cut))
    return str(text)


def _rule(explanation: dict[str, Any], shown: Any) -> str:
    """The rule alone, before anything was cut from what it gave."""
    texts = {
        "tax": _("The tax in the price; the seller remits it"),
        "dispute_fee": _("What the payment provider charged for a dispute that was lost; the seller bears it"),
        "fee": _("What the payment provider keeps"),
    }
    match explanation["kind"]:
        case "tiers":
            text = _tiers(explanation, shown)
        case "rate":
            text = _("%(rate)s of %(amount)s", rate=percent(explanation["bps"]), amount=shown(explanation["base"]))
        case "rest":
            taken = explanation["tax"] + explanation["fee"] + explanation["shares"]
            text = _(
                "%(price)s less %(taken)s of tax, fee and shares",
                price=shown(explanation["gross"]),
                taken=shown(taken),
            )
        case "cross_hub":
            text = _(
                "%(rate)s of %(amount)s for the hub where the buyer is at home, out of the network's part",
                rate=percent(explanation["bps"]),
                amount=shown(explanation["base"]),
            )
        case "retainer":
            text = _retainer(explanation, shown)
        case "plan":
            text = _("%(part)s by the pay plan for %(days)s", part=plan_part(explanation), days=days_of(explanation))
        case kind:
            text = texts.get(kind, texts["fee"])
    return str(text)


def _tiers(explanation: dict[str, Any], shown: Any) -> str:
    steps = [
        _("%(rate)s of %(amount)s", rate=percent(bps), amount=shown(amount)) for bps, amount in explanation["steps"]
    ]
    text: str = "; ".join(steps) or _("%(rate)s of %(amount)s", rate=percent(0), amount=shown(0))
    if "weight" not in explanation:
        return text
    part, whole = explanation["weight"]
    of_pot = _("%(share)s of %(amount)s", share=percent(part * 10_000 // whole), amount=shown(explanation["pot"]))
    return str(_("%(part)s shared between connectors (%(rule)s)", part=of_pot, rule=text))


def plan_part(explanation: dict[str, Any]) -> str:
    """What of the pay plan it is, such as "For your group"; the plan's own word for it behind."""
    name = PLAN_PARTS.get(explanation["type"])
    return f"{name} ({explanation['component']})" if name is not None else str(explanation["component"])


def days_of(explanation: dict[str, Any]) -> str:
    """The days that a period covers, such as "Nov 1, 2026 – Nov 30, 2026"."""
    first, last = (format_date(date.fromisoformat(explanation[day])) for day in ("first", "last"))
    return f"{first} – {last}"


def _retainer(explanation: dict[str, Any], shown: Any) -> str:
    """The formula of a period: whole, or by its days."""
    amount, days, whole = shown(explanation["amount"]), explanation["days"], explanation["of_days"]
    if days == whole and explanation["rhythm"] == "weekly":
        return str(_("%(amount)s a week, as agreed: a whole week", amount=amount))
    if days == whole:
        return str(_("%(amount)s a month, as agreed: a whole month", amount=amount))
    return str(_("%(amount)s × %(days)d ÷ %(whole)d days, rounded half up", amount=amount, days=days, whole=whole))


def tier_lines(rules: Rules, currency: str) -> list[tuple[str, str]]:
    """(which part of the month's turnover, rate) for each tier."""
    lines, low = [], 0
    for tier in rules.tiers:
        start = _units(low, currency)
        if tier.up_to is None:
            label = _("Above %(start)s in the month", start=start) if low else _("All turnover")
        else:
            end = _units(tier.up_to, currency)
            label = _("%(start)s to %(end)s in the month", start=start, end=end)
            low = tier.up_to
        lines.append((label, percent(tier.bps)))
    return lines


def _units(units: int, currency: str) -> str:
    return money(Money(units * 10 ** exponent(currency), currency))
