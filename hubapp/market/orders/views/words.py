"""Orders in words and as rows: names of sellers, states, deliveries, parts of a split."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from flask_babel import gettext as _

from hubapp.market.catalogue.views import cards
from hubapp.market.orders.basket_queries import Quote
from hubapp.market.orders.models import Delivery, OrderStatus
from hubapp.people.membership import queries as membership


def statuses() -> dict[str, tuple[str, str]]:
    """Status → (word, tone)."""
    return {
        OrderStatus.PLACED: (_("Waits for payment"), "neutral"),
        OrderStatus.PAID: (_("Paid"), "good"),
        OrderStatus.HANDED_OVER: (_("Handed over"), "good"),
        OrderStatus.CANCELED: (_("Canceled, money on its way back"), "warn"),
        OrderStatus.REFUNDED: (_("Money returned"), "neutral"),
        OrderStatus.EXPIRED: (_("Not paid"), "neutral"),
    }


def deliveries() -> dict[str, str]:
    """Delivery → its word."""
    return {Delivery.PICKUP: _("Pickup"), Delivery.SHIP: _("Shipping")}


def of_lines(quote: Quote | None) -> dict[str, object]:
    """What the lines of a quote need to be shown: sellers and pictures."""
    listings = [line.listing for line in quote.lines] if quote else []
    return {
        "sellers": cards.seller_names(listing.seller_account_id for listing in listings),
        "shown": {card.listing.id: card for card in cards.cards(listings)},
        "deliveries": deliveries(),
    }


def buyer_names(account_ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Buyer → name in this hub; a guest has none."""
    ids = {account_id for account_id in account_ids if account_id is not None}
    members = membership.members_of(ids)
    names: dict[UUID | None, str] = {account_id: member.display_name for account_id, member in members.items()}
    return {**dict.fromkeys(ids, _("Former member")), **names, None: _("Guest")}
