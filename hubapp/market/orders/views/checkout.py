"""From the basket to the card page and back: preview, confirm, pay, see what became of it."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.market.orders import basket_queries, queries, services
from hubapp.market.orders.errors import AddressMissing
from hubapp.market.orders.forms import NEEDED, CheckoutForm
from hubapp.market.orders.models import Checkout, CheckoutStatus
from hubapp.market.orders.services import Purchase
from hubapp.market.orders.views import basket, splits, words
from hubapp.money.payments import queries as payment_queries
from hubapp.money.payments import services as payments
from hubapp.money.payments.gateway import GatewayError
from hubapp.people.accounts.signed_in import site_url
from hubapp.people.membership import invite_queries, visits
from hubapp.people.membership import policies as member_rules
from hubapp.people.membership import services as members
from hubapp.people.membership.views import guards
from hubapp.web import access, areas
from hubapp.web.htmx import asked_again

pages = areas.hub_blueprint("checkout", __name__)


@pages.get("/checkout")
@access.requires()
def index() -> ResponseReturnValue:
    """Everything before the money: delivery, address, amounts, who gets what."""
    found = basket.current()
    if found is None or not basket_queries.quantities(found.id):
        return redirect(url_for("basket.index"), 303)
    return _page(_form())


@pages.post("/checkout")
@access.requires()
def place() -> ResponseReturnValue:
    """Order, and go to pay. What the page showed has to be what it is now."""
    form = _form()
    if not form.validate_on_submit():
        return _page(form), 422
    basket.claim()
    try:
        checkout_id = services.place_orders(purchase=_purchase(form), now=clock.now())
    except AddressMissing:
        form.require_address()
        return _page(form), 422
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form), 422
    return redirect(url_for(".pay", checkout_id=checkout_id), 303)


@pages.post("/checkout/preview")
@access.requires()
def preview() -> ResponseReturnValue:
    """The amounts for another delivery, as a fragment; nothing where the basket was emptied meanwhile."""
    context = _context(_form())
    return render_template("market/orders/_summary.html", **context) if context["quote"] else ("", 422)


@pages.post("/checkout/join")
@access.requires()
def join() -> ResponseReturnValue:
    """Become a member with one click, and go on."""
    referral = invite_queries.referrer_for(current_user.account_id, visits.current(areas.current_hub().id), clock.now())
    name = current_user.name[: member_rules.LONGEST_NAME]
    members.join(account_id=current_user.account_id, name=name, referral=referral, now=clock.now())
    flash(_("Welcome to %(hub)s.", hub=areas.current_hub().name), "good")
    return redirect(url_for(".index"), 303)


@pages.get("/checkout/<uuid:checkout_id>/pay")
@access.requires()
def pay(checkout_id: UUID) -> ResponseReturnValue:
    """To the card page; payments say so if it is not there yet."""
    checkout = _own(checkout_id)
    if checkout.status != CheckoutStatus.OPEN or checkout.payment_id is None:
        return redirect(url_for(".back", checkout_id=checkout_id), 303)
    return redirect(url_for("payments.proceed", payment_id=checkout.payment_id), 303)


@pages.get("/checkout/<uuid:checkout_id>/return")
@access.requires()
@asked_again
def back(checkout_id: UUID) -> ResponseReturnValue:
    """What became of the payment: looked at now, not believed from the address."""
    checkout = _own(checkout_id)
    if checkout.basket_id is None:
        return _to_order(checkout)
    state = _state(checkout)
    return render_template(
        "market/orders/result.html",
        checkout=checkout,
        state=state,
        orders=queries.orders_of_checkout(checkout_id) if state == "paid" else (),
    )


@pages.post("/checkout/<uuid:checkout_id>/cancel")
@access.requires()
def cancel(checkout_id: UUID) -> ResponseReturnValue:
    """Not now: close the card page and put everything back into the basket."""
    checkout = _own(checkout_id)
    if checkout.basket_id is None:
        return _to_order(checkout)
    # Looked at now: who has just paid in another window must not be told that nothing was ordered.
    if _state(checkout) in {"paid", "settling"}:
        return redirect(url_for(".back", checkout_id=checkout_id), 303)
    if checkout.status == CheckoutStatus.OPEN and checkout.payment_id is not None:
        payments.expire_checkout(payment_id=checkout.payment_id, now=clock.now())
    services.restore_basket(checkout_id=checkout_id, buyer_id=current_user.account_id, now=clock.now())
    flash(_("Nothing was ordered. Everything is back in your basket."), "info")
    return redirect(url_for("basket.index"), 303)


def _to_order(checkout: Checkout) -> ResponseReturnValue:
    """A standing order is paid and given up on the pages of whoever placed it."""
    return redirect(url_for("orders.detail", order_id=queries.orders_of_checkout(checkout.id)[0].id), 303)


def _own(checkout_id: UUID) -> Checkout:
    return queries.checkout_of(checkout_id, buyer_id=current_user.account_id)


def _state(checkout: Checkout) -> str:
    """paid, settling (paid, the receipt is being made), open, waiting (no answer), expired or failed."""
    if checkout.status != CheckoutStatus.OPEN or checkout.payment_id is None:
        return checkout.status
    try:
        payments.observe(payment_id=checkout.payment_id, now=clock.now())
    except GatewayError:
        return "waiting"
    status = payment_queries.payment(checkout.payment_id).status
    known = {"new": "waiting", "open": "open", "processing": "settling", "succeeded": "settling", "expired": "expired"}
    return known.get(status, "failed")


def _form() -> CheckoutForm:
    form = CheckoutForm()
    form.offer_countries(areas.current_hub().country)
    if request.method == "GET":
        form.name.data = current_user.name
    return form


def _purchase(form: CheckoutForm) -> Purchase:
    hub = areas.current_hub()
    address = form.address()
    is_complete = all(address.get(name) for name in NEEDED)
    return Purchase(
        basket_version=form.shown_version(),
        fingerprint=str(form.shown.data or ""),
        buyer_id=current_user.account_id,
        buyer_email=current_user.email,
        choice=form.choice,
        address=address if is_complete else None,
        touch=visits.current(hub.id),
        currency=hub.currency,
        tax_rates=hub.tax_rates,
        return_to=_return_address,
    )


def _return_address(checkout_id: UUID) -> str:
    """Absolute, so that the buyer comes back to the address they came from: subdomain, own domain or path form."""
    return site_url(url_for(".back", checkout_id=checkout_id))


def _page(form: CheckoutForm) -> str:
    return render_template("market/orders/checkout.html", **_context(form))


def _context(form: CheckoutForm) -> dict[str, object]:
    quote = basket.quote(basket.current(), form.choice)
    return {
        "form": form,
        "quote": quote,
        "is_member": guards.me() is not None,
        "split": splits.of_quote(quote) if quote else [],
        **words.of_lines(quote),
    }
