"""A member's subscriptions: what comes when, and every change of it, each in one or two clicks."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.orders import queries as orders
from hubapp.market.subscriptions import policies, queries, services
from hubapp.market.subscriptions.forms import QuantityForm, SkipForm
from hubapp.market.subscriptions.models import Status, Subscription
from hubapp.market.subscriptions.queries import MONTHS, PAGE
from hubapp.market.subscriptions.views import words
from hubapp.money.payments import cards
from hubapp.web import access, areas

pages = areas.hub_blueprint("subscriptions", __name__)
BAD_INPUT = 422
GOES_ON, OVER = "on", "over"
# Far more than a subscription has.
MOST_MONTHS = 100_000


@pages.get("/me/subscriptions")
@access.requires()
def index() -> ResponseReturnValue:
    """What I get every month."""
    at = _place(request.args.get("after", ""))
    found = queries.subscriptions_of(current_user.account_id, after=at, limit=PAGE + 1)
    shown = found[:PAGE]
    return render_template(
        "market/subscriptions/mine.html",
        subscriptions=shown,
        statuses=words.statuses(),
        first_url=url_for(".index") if at else "",
        next_url=url_for(".index", after=_written(shown[-1])) if len(found) > PAGE else "",
    )


def _place(typed: str) -> tuple[bool, UUID] | None:
    """A place in the list from the address; nonsense is none."""
    state, _separator, number = typed.partition("_")
    try:
        return (state == OVER, UUID(number)) if state in {GOES_ON, OVER} else None
    except ValueError:
        return None


def _written(last: Subscription) -> str:
    return f"{OVER if last.status == Status.CANCELED else GOES_ON}_{last.id}"


@pages.get("/me/subscriptions/<uuid:subscription_id>")
@access.requires()
def detail(subscription_id: UUID) -> ResponseReturnValue:
    """One of them: the next day, its price and card, what can be changed, and every month so far."""
    return _page(_own(subscription_id), QuantityForm(formdata=None))


@pages.post("/me/subscriptions/<uuid:subscription_id>/skip")
@access.requires()
def skip(subscription_id: UUID) -> ResponseReturnValue:
    """Leave the next one out."""
    services.skip(
        subscription_id=subscription_id,
        account_id=current_user.account_id,
        period=SkipForm().number(),
        now=clock.now(),
    )
    flash(_("Skipped. Nothing is charged for that month."), "good")
    return _back(subscription_id)


@pages.post("/me/subscriptions/<uuid:subscription_id>/pause")
@access.requires()
def pause(subscription_id: UUID) -> ResponseReturnValue:
    """Nothing until I say so."""
    services.pause(subscription_id=subscription_id, account_id=current_user.account_id)
    flash(_("Paused. Nothing is charged until you resume."), "good")
    return _back(subscription_id)


@pages.post("/me/subscriptions/<uuid:subscription_id>/resume")
@access.requires()
def resume(subscription_id: UUID) -> ResponseReturnValue:
    """Go on after a pause."""
    services.resume(subscription_id=subscription_id, account_id=current_user.account_id, now=clock.now())
    flash(_("It goes on. The next day is shown below."), "good")
    return _back(subscription_id)


@pages.post("/me/subscriptions/<uuid:subscription_id>/quantity")
@access.requires()
def quantity(subscription_id: UUID) -> ResponseReturnValue:
    """How many from the next month on."""
    subscription, form = _own(subscription_id), QuantityForm()
    if not form.validate_on_submit():
        return _page(subscription, form), BAD_INPUT
    try:
        services.change_quantity(
            subscription_id=subscription_id, account_id=current_user.account_id, quantity=int(form.quantity.data or 0)
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(subscription, form), BAD_INPUT
    flash(_("Changed from the next renewal on."), "good")
    return _back(subscription_id)


@pages.post("/me/subscriptions/<uuid:subscription_id>/card")
@access.requires()
def card(subscription_id: UUID) -> ResponseReturnValue:
    """To the page that keeps another card."""
    setup_id = services.change_card(
        subscription_id=subscription_id, account_id=current_user.account_id, now=clock.now()
    )
    return redirect(url_for("payments.proceed_card", setup_id=setup_id), 303)


@pages.post("/me/subscriptions/<uuid:subscription_id>/pay")
@access.requires()
def pay(subscription_id: UUID) -> ResponseReturnValue:
    """To the card page, for the month that waits; the bank may ask there."""
    payment_id = services.pay_now(
        subscription_id=subscription_id,
        account_id=current_user.account_id,
        email=current_user.email,
        now=clock.now(),
    )
    return redirect(url_for("payments.proceed", payment_id=payment_id), 303)


@pages.get("/me/subscriptions/<uuid:subscription_id>/cancel")
@access.requires()
def ask_to_cancel(subscription_id: UUID) -> ResponseReturnValue:
    """Asks once; nothing to fill in."""
    subscription = _own(subscription_id)
    if subscription.ended_at is not None:
        return _back(subscription_id)
    return render_template("market/subscriptions/cancel.html", subscription=subscription)


@pages.post("/me/subscriptions/<uuid:subscription_id>/cancel")
@access.requires()
def cancel(subscription_id: UUID) -> ResponseReturnValue:
    """Stop."""
    services.cancel(subscription_id=subscription_id, account_id=current_user.account_id, now=clock.now())
    flash(_("Ended. Nothing more is charged."), "good")
    return _back(subscription_id)


def _own(subscription_id: UUID) -> Subscription:
    return queries.own(subscription_id, account_id=current_user.account_id)


def _back(subscription_id: UUID) -> ResponseReturnValue:
    return redirect(url_for(".detail", subscription_id=subscription_id), 303)


def _before() -> int | None:
    """The month before which a page begins, from the address; nonsense is none."""
    typed = request.args.get("before", type=int)
    return typed if typed is not None and 0 < typed < MOST_MONTHS else None


def _page(subscription: Subscription, form: QuantityForm) -> str:
    found = queries.periods_of(subscription.id, before=_before(), limit=MONTHS + 1)
    months = found[:MONTHS]
    waiting = queries.open_period(subscription.id)
    if not form.is_submitted():
        form.quantity.data = subscription.quantity
    return render_template(
        "market/subscriptions/detail.html",
        subscription=subscription,
        form=form,
        listing=catalogue.listing(subscription.listing_id),
        statuses=words.statuses(),
        periods=words.periods(),
        reasons=words.reasons(),
        months=months,
        first_url=url_for(".detail", subscription_id=subscription.id) if _before() else "",
        next_url=url_for(".detail", subscription_id=subscription.id, before=months[-1].number)
        if len(found) > MONTHS
        else "",
        waiting=waiting,
        retry_days=policies.RETRY_DAYS,
        needs_owner=waiting is not None and waiting.failure_code in policies.NEEDS_OWNER,
        orders=orders.orders_by_checkout(month.checkout_id for month in months if month.checkout_id is not None),
        card=None if subscription.card_id is None else cards.card(subscription.card_id),
    )
