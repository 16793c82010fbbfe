"""What every order needs before it is written: a member who buys, their terms, and the lines of the card page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _

from hubapp.earnings.shares.rules import Terms
from hubapp.market.orders.errors import JoinFirst
from hubapp.market.orders.policies import OrderDraft
from hubapp.money.payments import services as payments
from hubapp.people.membership import invite_queries, standing
from hubapp.people.membership.invite_queries import Customer, Touch


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who orders, in which currency, where it is sent to, and who brought them."""

    account_id: UUID
    currency: str
    address: Mapping[str, str] | None
    touch: Touch | None


def require_member(*, buyer: Buyer, now: datetime) -> Customer:
    """Members buy here. Refuses with MembershipSuspended or JoinFirst."""
    customer = invite_queries.customer(buyer.account_id, buyer.touch, now)
    if customer is None or not customer.is_active:
        standing.refuse_suspended(buyer.account_id)
        raise JoinFirst
    return customer


@dataclass(frozen=True, slots=True)
class Prospect:
    """A buyer with what an order of theirs freezes: today's terms, who brought them, and their home hub."""

    buyer: Buyer
    customer: Customer
    terms: Terms


def card_lines(*, drafts: Sequence[OrderDraft]) -> list[payments.Line]:
    """What the card page lists."""
    lines = []
    for draft in drafts:
        lines += [
            payments.Line(line.wanted.title, line.wanted.quantity, line.wanted.unit_price) for line in draft.lines
        ]
        lines += [
            payments.Line(_("Shipping: %(title)s", title=line.wanted.title), 1, line.shipping)
            for line in draft.lines
            if line.shipping
        ]
    return lines
