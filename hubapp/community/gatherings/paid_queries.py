"""Reading what seats cost and who has paid for them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select

from hubapp.community.gatherings import queries
from hubapp.community.gatherings.models import Gathering, GatheringRegistration, Seat, Status
from hubapp.community.gatherings.policies import paying
from hubapp.kernel.db import db
from hubapp.kernel.money import Money
from hubapp.market.orders.models import Order
from hubapp.tenancy import queries as tenancy


def price(found: Gathering) -> Money | None:
    """What a seat costs, tax inside; None: nothing."""
    return None if found.price is None else Money(found.price, tenancy.hub_view(found.hub_id).currency)


def registration_of_order(order_id: UUID) -> GatheringRegistration | None:
    """Whose seats an order pays for, whatever became of them."""
    return _fresh(GatheringRegistration.order_id == order_id)


def registration_of_checkout(checkout_id: UUID) -> GatheringRegistration | None:
    """The same by the checkout."""
    return _fresh(GatheringRegistration.checkout_id == checkout_id)


def fresh(registration_id: UUID) -> GatheringRegistration | None:
    """A registration as it is now, for whoever has just got the gathering's lock."""
    return _fresh(GatheringRegistration.id == registration_id)


def _fresh(condition: ColumnElement[bool]) -> GatheringRegistration | None:
    statement = select(GatheringRegistration).where(condition)
    found: GatheringRegistration | None = db.session.scalar(statement.execution_options(populate_existing=True))
    return found


def refunded_until(found: Gathering, registration: GatheringRegistration | None) -> datetime | None:
    """Until when seats that are given back are paid back; of a paid registration by what was shown then."""
    paid = registration is not None and registration.paid_at is not None
    hours = registration.refund_hours if registration is not None and paid else found.refund_hours
    if registration is not None and was_moved(found, registration):
        return found.starts_at
    return paying.refundable_until(starts_at=found.starts_at, hours=hours)


def was_moved(found: Gathering, registration: GatheringRegistration) -> bool:
    """Whether time or place changed after this was paid."""
    return registration.paid_revision is not None and found.revision > registration.paid_revision


def sold_for(gathering_id: UUID) -> datetime | None:
    """The earliest end that seats were sold for, whose money is not on its way back; None: none were sold."""
    return db.session.scalar(
        select(func.min(Order.takes_place_at))
        .join(
            GatheringRegistration,
            and_(GatheringRegistration.hub_id == Order.hub_id, GatheringRegistration.order_id == Order.id),
        )
        .where(
            GatheringRegistration.gathering_id == gathering_id,
            GatheringRegistration.status.in_((Seat.CONFIRMED, Seat.PAYING)),
        )
    )


def unpaid(*, now: datetime) -> Select[int, UUID]:
    """(hub, gathering) with seats whose time to pay is over."""
    return (
        select(GatheringRegistration.hub_id, GatheringRegistration.gathering_id)
        .where(GatheringRegistration.status == Seat.PAYING, GatheringRegistration.pay_until <= now)
        .distinct()
    )


def owed(*, now: datetime) -> Select[int, UUID]:
    """(hub, gathering) with money to be given back."""
    return (
        select(GatheringRegistration.hub_id, GatheringRegistration.gathering_id)
        .where(GatheringRegistration.refund_due_at <= now)
        .distinct()
    )


def over(*, now: datetime) -> Select[int, UUID]:
    """(hub, gathering) that ended with paid seats whose orders are not handed over yet."""
    return (
        select(GatheringRegistration.hub_id, GatheringRegistration.gathering_id)
        .join(Gathering, queries.ITS_GATHERING)
        .where(
            GatheringRegistration.paid_at.is_not(None),
            GatheringRegistration.refund_due_at.is_(None),
            GatheringRegistration.handed_over_at.is_(None),
            Gathering.ends_at <= now,
            Gathering.status.not_in((Status.CANCELED, Status.HIDDEN)),
        )
        .distinct()
    )
