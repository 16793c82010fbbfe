"""What a person asks for on a hub's page: an account to be paid on, and a payout."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from hubapp.earnings.payouts import jobs, policies, queries
from hubapp.earnings.payouts.errors import BelowMinimum, PayeeNotReady, PayoutUnderWay, WrongMinimum
from hubapp.earnings.payouts.models import Payee, PayeeStatus, Payout, PayoutStatus, Rhythm
from hubapp.earnings.payouts.services.payees import ask_provider
from hubapp.jobs import queue
from hubapp.kernel.db import db
from hubapp.kernel.money import Money
from hubapp.web.render import money


def open_payee(*, account_id: UUID, email: str, country: str, currency: str, now: datetime) -> UUID:
    """Open a person's account at the provider, once; a refused one is asked for again."""
    payee = queries.payee_of(account_id)
    if payee is None:
        payee = Payee(account_id=account_id, country=country, currency=currency, email=email, created_at=now)
        db.session.add(payee)
        db.session.flush()
        ask_provider(payee=payee, attempt=1, now=now)
    elif payee.provider_account_id is None and payee.failure is not None:
        # This hub's role may not change payees: a job does.
        queue.enqueue(jobs.ASK_AGAIN, hub_id=None, arguments={"payee_id": str(payee.id)})
    return payee.id


def choose_rhythm(*, account_id: UUID, rhythm: str, currency: str, minimum: int | None) -> None:
    """When runs pay somebody, and from how much on in a currency (None: the least that is paid out at all).

    Refuses with PayeeNotReady or WrongMinimum.
    """
    payee = queries.payee_of(account_id)
    if payee is None:
        raise PayeeNotReady(_("Connect a payout account first."))
    least = policies.minimum(currency)
    if minimum is not None and minimum < least.amount:
        raise WrongMinimum(_("The least that is paid out is %(amount)s.", amount=money(least)))
    if minimum is not None and minimum > least.amount * policies.LARGEST_MINIMUM:
        most = Money(least.amount * policies.LARGEST_MINIMUM, currency)
        raise WrongMinimum(_("Enter at most %(amount)s.", amount=money(most)))
    minimums = {code: amount for code, amount in payee.minimums.items() if code != currency}
    payee.rhythm = Rhythm(rhythm)
    payee.minimums = minimums if minimum is None else {**minimums, currency: minimum}
    db.session.flush()


def ask_to_confirm_bank(*, payee_id: UUID) -> None:
    """The payee says that their bank details are right; this hub's role may not note that, a job does."""
    queue.enqueue(jobs.CONFIRM_BANK, hub_id=None, arguments={"payee_id": str(payee_id)})


def request_payout(*, account_id: UUID, currency: str, now: datetime) -> UUID:
    """Ask for everything that is available, in this hub and all others, in one currency.

    Refuses with PayeeNotReady, PayoutUnderWay or BelowMinimum.
    """
    payee = queries.payee_of(account_id)
    if payee is None or payee.status == PayeeStatus.NEW:
        raise PayeeNotReady(_("Connect a payout account first."))
    if reason := policies.obstacle(status=payee.status, frozen_reason=payee.frozen_reason, is_same_bank=True):
        raise PayeeNotReady(reason)
    if queries.open_payout(payee_id=payee.id, currency=currency) is not None:
        raise _under_way()
    payable = queries.summary(account_id=account_id, currency=currency, now=now).payable
    if payable < policies.minimum(currency).amount:
        raise BelowMinimum(_("Too little is available for a payout yet. What is held becomes available by itself."))
    payout = Payout(
        payee_id=payee.id,
        account_id=account_id,
        currency=currency,
        status=PayoutStatus.REQUESTED,
        bank_fingerprint=payee.bank_fingerprint,
        bank_last4=payee.bank_last4,
        requested_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(payout)
            db.session.flush()
    except IntegrityError as error:  # two clicks at once: the index lets one through
        raise _under_way() from error
    queue.enqueue(jobs.PLAN, hub_id=None, arguments={"payout_id": str(payout.id)})
    return payout.id


def _under_way() -> PayoutUnderWay:
    return PayoutUnderWay(_("A payout is already under way. You can ask for the next one when it has arrived."))
