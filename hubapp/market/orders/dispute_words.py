"""What a dispute costs whom, in words: by the terms of the orders that it is about."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from hubapp.earnings.shares.rules import FeeBearer
from hubapp.market.orders import policies
from hubapp.market.orders.models import Order


def who_bears_the_fee(orders: Iterable[Order]) -> str:
    """A sentence for a page about a dispute; the rules of the day on which each order was placed decide."""
    bearers = {policies.fee_bearer(order.terms) for order in orders}
    if bearers == {FeeBearer.SELLER}:
        return str(_("If the dispute is lost, the seller bears the provider's fee: those are the rules of the order."))
    if FeeBearer.SELLER in bearers:
        return str(
            _("If the dispute is lost, some sellers bear their part of the provider's fee, by their orders' rules.")
        )
    return str(_("The network bears the provider's fee: those are the rules of the order."))
