"""Paying for seats that are kept: one order and one living payment, confirmed when paid, given on when not.

Everything happens under the gathering's lock, which comes before those of orders and payments.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hubapp.community.gatherings import paid_queries, queries
from hubapp.community.gatherings.errors import NotRegistered, TimeToPayOver
from hubapp.community.gatherings.events import RegistrationConfirmed
from hubapp.community.gatherings.models import Gathering, GatheringRegistration, Seat, Why
from hubapp.community.gatherings.policies import paying
from hubapp.community.gatherings.services import letters, owing, registering, rows
from hubapp.jobs import events
from hubapp.kernel.db import db
from hubapp.market.catalogue import policies as prices
from hubapp.market.orders import queries as order_queries
from hubapp.market.orders import services as orders
from hubapp.market.orders.errors import PriceChanged
from hubapp.people.membership.invite_queries import Touch
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy import selling

KIND = "ticket"


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays: `shown` is the price of a seat that their page showed, `path` the page that the card page leads to."""

    account_id: UUID
    email: str
    shown: int
    path: str
    touch: Touch | None


def pay(*, gathering_id: UUID, payer: Payer, now: datetime) -> UUID:
    """Have a card page made for the seats that are kept, or find the one that is open; answers the payment.

    Refuses with NoSuchGathering, NotRegistered, TimeToPayOver, PriceChanged and whatever orders refuse.
    """
    gathering = rows.for_change(gathering_id=gathering_id)
    registration = queries.registration_of(gathering_id, payer.account_id)
    if registration is None or registration.status != Seat.PAYING or registration.pay_until is None:
        raise NotRegistered
    is_dead = orders.is_payment_dead(payment_id=registration.payment_id)
    if registration.payment_id is not None and not is_dead:
        return registration.payment_id
    if registration.pay_until <= now or not gathering.is_published:
        raise TimeToPayOver
    # A page stays open as long as this; the seats with it.
    until = now + paying.WINDOW
    registration.pay_until = max(registration.pay_until, until)
    if registration.checkout_id is None:
        _order(gathering, registration, payer, now)
    elif payer.shown != registration.unit_price:
        raise PriceChanged
    registration.attempts += 1
    registration.paid_revision = gathering.revision
    registration.payment_id = orders.open_page(
        checkout_id=_known(registration.checkout_id),
        attempt=registration.attempts,
        page=orders.Page(payer.email, payer.path, until, saves_card=False),
        now=now,
    )
    db.session.flush()
    return registration.payment_id


def _order(gathering: Gathering, registration: GatheringRegistration, payer: Payer, now: datetime) -> None:
    if payer.shown != gathering.price:
        raise PriceChanged
    registering.refuse_without_seller(gathering=gathering)
    hub = tenancy.hub_view(gathering.hub_id)
    wanted = orders.DirectOrder(
        title=gathering.title,
        kind=KIND,
        seller_id=gathering.seller_account_id,
        quantity=registration.seats,
        unit_price=payer.shown,
        tax_category=gathering.tax_category,
        tax_rate=prices.rate_of(hub.tax_rates, gathering.tax_category),
        takes_place_at=gathering.ends_at,
        # Orders close what is past its time: not before the seats are given on, which is decided here.
        expires_at=(registration.pay_until or now) + paying.TIME_TO_PAY,
    )
    buyer = orders.Buyer(payer.account_id, hub.currency, None, payer.touch)
    checkout_id = orders.place_direct_order(wanted=wanted, buyer=buyer, now=now)
    order_id = order_queries.orders_of_checkout(checkout_id)[0].id
    registration.checkout_id, registration.order_id = checkout_id, order_id
    registration.unit_price, registration.refund_hours = payer.shown, gathering.refund_hours
    db.session.flush()


def _known(checkout_id: UUID | None) -> UUID:
    if checkout_id is None:
        raise NotRegistered
    return checkout_id


def paid(*, order_id: UUID, now: datetime) -> None:
    """The money is there: the seats are theirs, also late if there is room; else it goes back. Safe to repeat."""
    found = paid_queries.registration_of_order(order_id)
    if found is None:
        return
    gathering = rows.for_change(gathering_id=found.gathering_id)
    registration = paid_queries.fresh(found.id)
    if registration is None or registration.paid_at is not None:
        return
    _settle(gathering, registration, order_id, now)


def _settle(gathering: Gathering, registration: GatheringRegistration, order_id: UUID, now: datetime) -> None:
    order = order_queries.order(order_id)
    registration.paid_at = now
    takes_place = not (gathering.is_canceled or gathering.is_hidden) and now < gathering.ends_at
    if order.status not in owing.HELD or not order.left.amount:
        # Called off before this was heard: the money is back already, and nobody has a seat for it.
        if registration.status == Seat.PAYING:
            registering.end(gathering=gathering, registration=registration, why=Why.ORDER, now=now)
            registering.fill(gathering=gathering, now=now)
    elif registration.status == Seat.PAYING and takes_place:
        _confirm(gathering, registration, now)
    elif registration.status == Seat.CANCELED and takes_place and _may_return(gathering, registration):
        registration.canceled_at = registration.canceled_why = None
        gathering.taken += registration.seats
        _confirm(gathering, registration, now)
    else:
        if registration.status == Seat.PAYING:
            registering.end(gathering=gathering, registration=registration, why=Why.GATHERING, now=now)
        owing.owe(registration=registration, now=now)
    db.session.flush()


def _may_return(gathering: Gathering, registration: GatheringRegistration) -> bool:
    """Whether who paid too late can still have seats: they did not say no, there is room, and they have no others."""
    if registration.canceled_why != Why.LAPSED:
        return False
    if gathering.left is not None and registration.seats > gathering.left:
        return False
    return queries.registration_of(gathering.id, registration.account_id) is None


def _confirm(gathering: Gathering, registration: GatheringRegistration, now: datetime) -> None:
    registering.confirm(gathering=gathering, registration=registration, now=now)
    letters.registered(gathering=gathering, registration=registration, now=now)
    events.publish(
        RegistrationConfirmed(
            hub_id=gathering.hub_id,
            gathering_id=gathering.id,
            registration_id=registration.id,
            account_id=registration.account_id,
        )
    )


def payment_died(*, checkout_id: UUID, payment_id: UUID, now: datetime) -> None:
    """A card page was closed unpaid: the seats go on if their time is over, else it can be tried again."""
    found = paid_queries.registration_of_checkout(checkout_id)
    if found is None:
        return
    gathering = rows.for_change(gathering_id=found.gathering_id)
    registration = paid_queries.fresh(found.id)
    if registration is None or registration.paid_at is not None or registration.payment_id != payment_id:
        return
    if registration.status == Seat.CANCELED:
        owing.give_up(registration=registration, now=now)
    elif registration.pay_until is not None and registration.pay_until <= now:
        _lapse(gathering, registration, now)
        registering.fill(gathering=gathering, now=now)


def lapse(*, gathering_id: UUID, now: datetime) -> int:
    """Give seats on that were not paid in time; answers how many registrations lapsed.

    An open card page is closed first: the seats wait for what the provider says of it.
    """
    gathering = rows.for_change(gathering_id=gathering_id)
    is_frozen = not selling.is_open(gathering.hub_id)
    statement = (
        select(GatheringRegistration)
        .where(
            GatheringRegistration.gathering_id == gathering_id,
            GatheringRegistration.status == Seat.PAYING,
            GatheringRegistration.pay_until <= now,
        )
        .order_by(GatheringRegistration.queued_at, GatheringRegistration.id)
        .execution_options(populate_existing=True)
    )
    count, living = 0, []
    for registration in db.session.scalars(statement).all():
        if is_frozen and registration.asked_at is not None and not gathering.is_canceled:
            # Nobody can pay now: who was asked keeps their turn.
            registration.pay_until = now + paying.TIME_TO_PAY
        elif registration.checkout_id is None or orders.is_payment_dead(payment_id=registration.payment_id):
            _lapse(gathering, registration, now)
            count += 1
        elif (order_id := registration.order_id) and order_queries.order(order_id).status in owing.HELD:
            _settle(gathering, registration, order_id, now)  # paid, and nobody has told us
        else:
            living.append(registration)
    owing.give_up_all(registrations=living, now=now)
    registering.fill(gathering=gathering, now=now)
    return count


def _lapse(gathering: Gathering, registration: GatheringRegistration, now: datetime) -> None:
    why = Why.GATHERING if gathering.is_canceled else Why.LAPSED
    registering.end(gathering=gathering, registration=registration, why=why, now=now)
    # Who left a card page alone knows; who was asked by letter is told by letter.
    if registration.asked_at is not None and not gathering.is_canceled:
        letters.lapsed(gathering=gathering, registration=registration, now=now)


def order_called_off(*, order_id: UUID, now: datetime) -> None:
    """All its money goes back, or a bank took it: before it begins the seats are free again. Safe to repeat.

    A seat that is paid in part stays.
    """
    found = paid_queries.registration_of_order(order_id)
    if found is None:
        return
    gathering = rows.for_change(gathering_id=found.gathering_id)
    registration = paid_queries.fresh(found.id)
    if registration is None or registration.status != Seat.CONFIRMED:
        return
    order = order_queries.order(order_id)
    if order.status in owing.HELD and order.left.amount:
        return  # its refund failed meanwhile, or a part of it is still paid
    if gathering.is_canceled or now >= gathering.starts_at:
        return
    registering.end(gathering=gathering, registration=registration, why=Why.ORDER, now=now)
    registering.fill(gathering=gathering, now=now)
