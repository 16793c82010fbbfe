"""Canceling a paid gathering while its hub is frozen: both close the same card pages, and neither waits for ever."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from hubapp.community.gatherings import services
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.orders import services as orders
from hubapp.market.orders.models import Checkout
from hubapp.money.payments.models import Payment
from hubapp.tenancy import services as tenancy
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.platform import platform_scope
from tests.factories.evening import Evening
from tests.factories.races import meeting, together


def two_card_pages(evening: Evening) -> None:
    """Two people are paying; the page that was opened last would be closed first by its time."""
    for who in (evening.eva, evening.finn):
        evening.register(who)
        evening.open_page(who)
        evening.settle()
    with evening.scope():
        later = db.session.scalars(select(Checkout.id).order_by(Checkout.id)).first()
        db.session.execute(
            update(Checkout).where(Checkout.id == later).values(expires_at=Checkout.expires_at + timedelta(hours=1))
        )


def locks_a_payment(statement: str) -> bool:
    words = " ".join(statement.split())
    return "FROM payment " in words and words.endswith("FOR UPDATE")


def both(evening: Evening) -> list[int]:
    """The gathering is canceled while the job of a freeze closes what is being paid; how often each page was closed."""
    two_card_pages(evening)
    with evening.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
        tenancy.freeze_hub(hub_id=evening.hub_id, reason="A recall.", actor=SYSTEM, now=clock.now())

    def stop() -> None:
        with evening.scope():
            orders.expire_due(now=clock.now())

    def cancel() -> None:
        evening.do(services.cancel_gathering, reason="A storm.", with_following=False)

    with meeting(evening.till.app, locks_a_payment):
        together(stop, cancel)
    with evening.scope():
        return [payment.closings for payment in db.session.scalars(select(Payment).order_by(Payment.id))]


def test_a_cancellation_beside_a_freeze_closes_every_card_page(evening: Evening) -> None:
    assert both(evening) == [1, 1]
    evening.settle()
    assert evening.states(evening.eva, evening.finn) == ["-", "-"]
