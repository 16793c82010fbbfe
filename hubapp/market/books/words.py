"""Trails in words: owners by name, and postings as rows for the tables of hub and console."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _

from hubapp.earnings.shares import wording as share_words
from hubapp.earnings.shares.queries import ShareLine
from hubapp.kernel.money import Money
from hubapp.market.books.policies import uuid_in
from hubapp.money.ledger import wording
from hubapp.people.membership import queries as membership
from hubapp.tenancy import queries as tenancy
from hubapp.web.render import money

PERSON, HUB = "account:", "hub:"
FIGURES: dict[str, Callable[[], str]] = {
    "turnover": lambda: _("Paid by buyers"),
    "refunds": lambda: _("Sent back to buyers"),
    "lost": lambda: _("Taken back by the buyer's bank"),
    "fees": lambda: _("Kept by the payment provider"),
    "recovered": lambda: _("Payment fees borne by sales"),
    "kept": lambda: _("Payment fees on refunds, borne by the network"),
    "tax": lambda: _("Tax"),
    "seller": lambda: _("Sellers"),
    "connector": lambda: _("Connectors"),
    "referrer": lambda: _("Referrers"),
    "core": lambda: _("Network"),
    "cross_hub": lambda: _("Home hubs of buyers"),
    "received": lambda: _("From purchases in other hubs"),
    "own": lambda: _("Your own share"),
    "retainers": lambda: _("Retainers, a cost of the network"),
    "compensation": lambda: _("Pay by plan, a cost of the network"),
}


@dataclass(frozen=True, slots=True)
class Way:
    """Where links lead on this site: to an entry, to an account (or nowhere, where it is another's), to an order."""

    entry: Callable[[UUID], str]
    account: Callable[[str, str, str], str]
    order: Callable[[UUID], str]


def figure_name(figure: str) -> str:
    """What a figure of a report is called."""
    return FIGURES[figure]()


def shown(amount: int, currency: str) -> str:
    """An amount as the reader writes it."""
    return money(Money(amount, currency))


def owner_names(owners: Iterable[str], *, me: str = "") -> dict[str, str]:
    """Owners as the books name them → what people call them, in the hub in scope."""
    wanted = set(owners)
    keys = {owner: uuid_in(owner.removeprefix(PERSON)) for owner in wanted if owner.startswith(PERSON) and owner != me}
    ids = {owner: key for owner, key in keys.items() if key is not None}
    members = membership.members_of(set(ids.values()))
    people = {
        owner: members[account_id].display_name if account_id in members else _("Former member")
        for owner, account_id in ids.items()
    }
    hubs = {owner: tenancy.hub_view(int(owner.removeprefix(HUB))).name for owner in wanted if owner.startswith(HUB)}
    fixed = {"core": _("Network"), "hub": _("Hub"), "provider": _("Payment provider"), me: _("You")}
    return {
        **dict.fromkeys(wanted, "–"),
        **people,
        **hubs,
        **{key: name for key, name in fixed.items() if key in wanted},
    }


def rule_of(lines: Sequence[ShareLine], owner: str, tag: str, currency: str) -> str:
    """The rule that produced a posting of a sale: the sentence of its share."""
    found = next((line for line in lines if line.owner == owner and line.role == tag), None)
    return share_words.explain(found.explanation, currency) if found else ""


WORDS = {
    "kind_name": wording.kind_name,
    "purpose_name": wording.purpose_name,
    "tag_name": wording.tag_name,
    "figure_name": figure_name,
    "shown": shown,
    "rule_of": rule_of,
    "role_name": share_words.role_name,
    "explain": share_words.explain,
    "days_of": share_words.days_of,
    "plan_part": share_words.plan_part,
}
