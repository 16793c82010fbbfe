"""What seats cost, in words: the price and its split, when it comes back, and what is still to be paid."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import format_datetime
from flask_babel import gettext as _

from hubapp.community.gatherings import paid_queries
from hubapp.community.gatherings.models import Gathering, GatheringRegistration, Seat
from hubapp.earnings.shares.policies import Amounts
from hubapp.kernel.money import Money
from hubapp.market.catalogue import policies as listing_rules
from hubapp.market.catalogue.views import cards as listing_cards
from hubapp.market.catalogue.views import splits
from hubapp.money.payments import queries as payments
from hubapp.money.payments.models import PaymentStatus
from hubapp.web import areas
from hubapp.web.render import money

ON_ITS_WAY = frozenset({PaymentStatus.PROCESSING, PaymentStatus.SUCCEEDED})


def price_of(found: Gathering) -> str:
    """What a seat costs, for lists; '' where it is free."""
    price = None if found.price is None else Money(found.price, areas.current_hub().currency)
    return "" if price is None else str(money(price))


def of_registration(found: Gathering, registration: GatheringRegistration | None, now: datetime) -> dict[str, Any]:
    """What the panel beside a gathering says of money; nothing for one that is free."""
    unit = _unit(found, registration)
    if unit is None:
        return {"price": None}
    currency, seats = areas.current_hub().currency, 1 if registration is None else registration.seats
    is_kept = registration is not None and registration.status == Seat.PAYING
    return {
        "price": Money(unit, currency),
        "total": Money(unit * seats, currency),
        "shown": unit,
        "pays": is_kept,
        "pay_until": moment(registration.pay_until) if registration and registration.pay_until else "",
        "is_late": bool(is_kept and registration and registration.pay_until and registration.pay_until <= now),
        "is_settling": is_kept and registration is not None and _is_settling(registration),
        "refund": _refund(found, registration, now),
        "order_id": registration.order_id if registration and registration.paid_at else None,
        "seller": listing_cards.seller_names([found.seller_account_id])[found.seller_account_id],
    }


def split_of(found: Gathering, now: datetime) -> list[splits.Row]:
    """What of a seat bought now by the person asking goes to whom."""
    hub = areas.current_hub()
    if found.price is None:
        return []
    tax = listing_rules.tax_inside(found.price, listing_rules.rate_of(hub.tax_rates, found.tax_category))
    amounts = Amounts(gross=found.price, base=found.price - tax, tax=tax)
    return splits.rows(splits.of_amounts(amounts, found.seller_account_id, hub, now), hub.currency)


def of_people(found: Gathering, registrations: Iterable[GatheringRegistration]) -> dict[UUID, tuple[str, str]]:
    """Registration → (what of its money is known, tone); nothing where seats are free."""
    if not found.is_paid:
        return {}
    return {one.id: _payment(one) for one in registrations}


def _payment(one: GatheringRegistration) -> tuple[str, str]:
    amount = money(Money(one.seats * (one.unit_price or 0), areas.current_hub().currency))
    if one.paid_at is not None:
        return str(_("%(amount)s paid", amount=amount)), "good"
    if one.status == Seat.PAYING and one.pay_until is not None:
        return str(_("%(amount)s until %(until)s", amount=amount, until=moment(one.pay_until))), "warn"
    return str(_("nothing to pay yet")), "neutral"


def paid_amount(one: GatheringRegistration) -> str:
    """What was paid, as a plain number for a spreadsheet; '' for nothing."""
    if one.paid_at is None or one.unit_price is None:
        return ""
    return str(Money(one.seats * one.unit_price, areas.current_hub().currency).major)


def moment(at: datetime) -> str:
    """A time on the hub's clocks."""
    local = at.astimezone(areas.current_hub().zone).replace(tzinfo=None)
    return str(format_datetime(local, "d MMMM, HH:mm", rebase=False))


def _unit(found: Gathering, registration: GatheringRegistration | None) -> int | None:
    if registration is not None and registration.order_id is not None:
        return registration.unit_price
    return found.price


def _is_settling(registration: GatheringRegistration) -> bool:
    if registration.payment_id is None:
        return False
    return payments.payment(registration.payment_id).status in ON_ITS_WAY


def _refund(found: Gathering, registration: GatheringRegistration | None, now: datetime) -> str:
    """When the money comes back; of seats that are paid by what was shown then."""
    until = paid_queries.refunded_until(found, registration)
    if until is None or until <= now:
        return str(_("Seats that are given back are not paid back any more."))
    return str(_("Give your seats back by %(until)s, and you get the whole price back.", until=moment(until)))
