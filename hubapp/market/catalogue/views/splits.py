"""Where the money of a sale goes, as rows for the drawn bar: words, minor units, the amount as the reader writes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from flask_login import current_user

from hubapp.earnings.shares import policies as share_rules
from hubapp.earnings.shares import queries as shares
from hubapp.earnings.shares.bookings import hub_owner
from hubapp.earnings.shares.policies import Amounts, Parties
from hubapp.earnings.shares.queries import ShareLine
from hubapp.kernel.money import Money
from hubapp.market.catalogue import policies
from hubapp.market.catalogue.models import Listing
from hubapp.people.membership import invite_queries, visits
from hubapp.people.membership import queries as membership
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.queries import HubView
from hubapp.web.render import money, percent

Row = tuple[str, int, str]


def of_listing(listing: Listing, hub: HubView, now: datetime) -> list[Row]:
    """The split of one piece of a listing, bought now by the person asking, picked up."""
    tax = policies.tax_inside(listing.price, policies.rate_of(hub.tax_rates, listing.tax_category))
    base = 0 if listing.plan_kind else listing.price - tax  # what the pay plan pays for is not shared
    amounts = Amounts(gross=listing.price, base=base, tax=tax)
    return rows(of_amounts(amounts, listing.seller_account_id, hub, now), hub.currency)


def of_amounts(amounts: Amounts, seller_id: UUID | None, hub: HubView, now: datetime) -> list[ShareLine]:
    """How a sale of this seller to the person asking would be split now."""
    buyer_id = current_user.account_id if current_user.is_authenticated else None
    referral = invite_queries.referrer_for(buyer_id, visits.current(hub.id), now)
    parties = Parties(
        seller=owner_of(seller_id),
        connectors=tuple((owner_of(member.account_id), member.share_bps) for member in membership.connectors()),
        referrer=owner_of(referral.account_id) if referral else None,
        home=_home(buyer_id, hub),
    )
    return shares.preview(amounts=amounts, parties=parties, currency=hub.currency, now=now)


def _home(buyer_id: UUID | None, hub: HubView) -> str | None:
    """The buyer's home hub, where it is another one."""
    home = None if buyer_id is None else membership.home_hub_of(buyer_id)
    return None if home is None or home == hub.id else hub_owner(home)


def owner_of(account_id: UUID | None) -> str:
    """An account as the books name it; none is the core."""
    return "core" if account_id is None else f"account:{account_id}"


def rows(lines: Sequence[ShareLine], currency: str) -> list[Row]:
    """One row per party and role, the same party's lines together."""
    names = _names(line.owner for line in lines)
    sums: dict[tuple[str, str, bool, int | None], int] = {}
    for line in lines:
        key = (line.role, line.owner, line.is_vacant, line.rate_bps)
        sums[key] = sums.get(key, 0) + line.amount
    return [
        (_label(role, names.get(owner, ""), rate, is_vacant=is_vacant), amount, money(Money(amount, currency)))
        for (role, owner, is_vacant, rate), amount in sums.items()
        if amount
    ]


def _label(role: str, name: str, rate: int | None, *, is_vacant: bool) -> str:
    words: dict[str, str] = {
        share_rules.Role.SELLER: _("Seller: %(name)s", name=name) if name else _("The network, as seller"),
        share_rules.Role.CONNECTOR: _("Connector: %(name)s", name=name),
        share_rules.Role.REFERRER: _("Brought by %(name)s", name=name),
        share_rules.Role.CORE: _("The network's core"),
        share_rules.Role.CROSS_HUB: _("The buyer's home hub: %(name)s", name=name),
        share_rules.Role.TAX: _("Tax"),
        share_rules.Role.FEE: _("Card processor"),
    }
    label = _("Hub's share (no connector yet, kept by the core)") if is_vacant else words[role]
    return f"{label} · {percent(rate)}" if rate is not None else label


def _hub_name(owner: str) -> str:
    return tenancy.hub_view(int(owner.removeprefix("hub:"))).name


def _names(lines: Iterable[str]) -> dict[str, str]:
    owners = set(lines)
    ids = {owner: UUID(owner.removeprefix("account:")) for owner in owners if owner.startswith("account:")}
    members = membership.members_of(set(ids.values()))
    hubs = {owner: _hub_name(owner) for owner in owners if owner.startswith("hub:")}
    return hubs | {
        owner: members[account_id].display_name if account_id in members else _("Former member")
        for owner, account_id in ids.items()
    }
