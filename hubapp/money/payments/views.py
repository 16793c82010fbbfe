"""Pages on the way to the card and back, and the provider's webhooks."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.money.payments import cards, inbox, policies, queries, services, wiring
from hubapp.money.payments.gateway import BadSignature, Endpoint, GatewayError, ModeMismatch
from hubapp.money.payments.models import CardSetup, Payment, PaymentStatus, SetupStatus
from hubapp.tenancy import selling
from hubapp.web import access
from hubapp.web.areas import central_blueprint, hub_blueprint
from hubapp.web.htmx import asked_again

ENDPOINTS: dict[str, Endpoint] = {"platform": "platform", "connect": "connect"}
LARGEST_EVENT = 512 * 1024

pages = hub_blueprint("payments", __name__)
webhooks = central_blueprint("payments_webhooks", __name__)


pages.add_app_template_filter(policies.card_refusal, "card_refusal")


def _own_payment(payment_id: UUID) -> Payment:
    payment = queries.payment(payment_id)
    if payment.payer_account_id != current_user.account_id:
        abort(404)  # somebody else's payment does not exist for this person
    return payment


@pages.get("/pay/<uuid:payment_id>")
@access.requires()
@asked_again
def proceed(payment_id: UUID) -> ResponseReturnValue:
    """Lead the payer to the card page, or say what they are waiting for."""
    payment = _own_payment(payment_id)
    _refuse_if_stopped(payment)
    if payment.status == PaymentStatus.OPEN and payment.checkout_url and not payment.is_closing:
        return redirect(payment.checkout_url, 303)
    return _answer(payment)


@pages.get("/pay/<uuid:payment_id>/return")
@access.requires()
@asked_again
def back(payment_id: UUID) -> ResponseReturnValue:
    """The payer comes back from the card page: look at once, so that nobody has to wait for an event."""
    payment = _own_payment(payment_id)
    try:
        services.observe(payment_id=payment_id, now=clock.now())
    except GatewayError:
        return render_template("money/payments/waiting.html", payment=payment)
    _refuse_if_stopped(_own_payment(payment_id))
    return _answer(_own_payment(payment_id))


@pages.get("/pay/card/<uuid:setup_id>")
@access.requires()
@asked_again
def proceed_card(setup_id: UUID) -> ResponseReturnValue:
    """Lead somebody to the page that saves a card, or say what they are waiting for."""
    setup = _own_setup(setup_id)
    if setup.status == SetupStatus.OPEN and setup.checkout_url:
        return redirect(setup.checkout_url, 303)
    return _answer_card(setup)


@pages.get("/pay/card/<uuid:setup_id>/return")
@access.requires()
@asked_again
def back_card(setup_id: UUID) -> ResponseReturnValue:
    """Somebody comes back from the page that saves a card: look at once."""
    setup = _own_setup(setup_id)
    try:
        cards.observe_setup(setup_id=setup_id, now=clock.now())
    except GatewayError:
        return render_template("money/payments/card.html", setup=setup)
    return _answer_card(_own_setup(setup_id))


def _own_setup(setup_id: UUID) -> CardSetup:
    setup = cards.setup(setup_id)
    if setup.account_id != current_user.account_id:
        abort(404)
    return setup


def _answer_card(setup: CardSetup) -> ResponseReturnValue:
    if setup.status == SetupStatus.DONE:
        return redirect(_here(setup.success_path), 303)
    if setup.status in {SetupStatus.NEW, SetupStatus.OPEN}:
        return render_template("money/payments/card.html", setup=setup)
    return redirect(_here(setup.cancel_path), 303)


def _refuse_if_stopped(payment: Payment) -> None:
    """Nobody is led to a card page of a frozen hub. Refuses with HubFrozen."""
    if payment.status in {PaymentStatus.NEW, PaymentStatus.OPEN}:
        selling.refuse_if_frozen(payment.hub_id)


def _answer(payment: Payment) -> ResponseReturnValue:
    if payment.status == PaymentStatus.SUCCEEDED:
        return redirect(_here(payment.success_path), 303)
    if payment.status in {PaymentStatus.NEW, PaymentStatus.PROCESSING, PaymentStatus.OPEN}:
        return render_template("money/payments/waiting.html", payment=payment)
    return render_template("money/payments/over.html", payment=payment, cancel_url=_here(payment.cancel_path))


def _here(path: str) -> str:
    """A path of this hub as the browser sees it; what is absolute stays as it is."""
    return path if path.startswith(("http://", "https://")) else request.script_root + path


@webhooks.post("/webhooks/stripe/<endpoint>")
def receive(endpoint: str) -> ResponseReturnValue:
    """Verify, keep once, answer; a job does the rest. An endpoint without a secret does not exist."""
    source = ENDPOINTS.get(endpoint)
    secret = wiring.wiring().webhook_secret(source) if source else None
    if source is None or not secret:
        abort(404)
    if (request.content_length or 0) > LARGEST_EVENT:
        abort(413)
    payload = request.get_data()
    try:
        event = services.gateway().verify_event(
            payload, request.headers.get("Stripe-Signature", ""), endpoint=source, secret=secret
        )
    except (BadSignature, ModeMismatch):
        abort(400)
    inbox.store(source=source, event=event, payload=payload, now=clock.now())
    return Response(status=204)


blueprints: tuple[Blueprint, ...] = (pages, webhooks)
