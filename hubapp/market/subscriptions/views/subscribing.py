"""Subscribing to a listing: how many, how it arrives, the consent, and on to the card page."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.catalogue.errors import NoSuchListing
from hubapp.market.catalogue.models import Listing
from hubapp.market.catalogue.views import cards, splits
from hubapp.market.orders.errors import AddressMissing
from hubapp.market.orders.forms import NEEDED
from hubapp.market.subscriptions import policies, queries, services
from hubapp.market.subscriptions.forms import SubscribeForm
from hubapp.market.subscriptions.services import Wish
from hubapp.market.subscriptions.views import words
from hubapp.people.membership import visits
from hubapp.people.membership.views import guards
from hubapp.web import access, areas

pages = areas.hub_blueprint("subscribing", __name__)
words.install(pages)


@pages.route("/market/<uuid:listing_id>/subscribe", methods=["GET", "POST"])
@access.requires()
def subscribe(listing_id: UUID) -> ResponseReturnValue:
    """Get a listing every month. What the page showed has to be what it is now."""
    listing = catalogue.listing(listing_id)
    if not listing.is_live or not listing.is_monthly:
        raise NoSuchListing
    form = _form()
    if request.method == "GET" or not form.validate_on_submit():
        return _page(listing, form), 422 if form.errors else 200
    try:
        subscription_id = services.subscribe(wish=_wish(listing_id, form), now=clock.now())
    except AddressMissing:
        form.require_address()
        return _page(listing, form), 422
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(listing, form), 422
    period = queries.open_period(subscription_id)
    if period is None or period.payment_id is None:
        return redirect(url_for("subscriptions.detail", subscription_id=subscription_id), 303)
    return redirect(url_for("payments.proceed", payment_id=period.payment_id), 303)


def _form() -> SubscribeForm:
    form = SubscribeForm()
    form.offer_countries(areas.current_hub().country)
    if request.method == "GET":
        form.name.data = current_user.name
    return form


def _wish(listing_id: UUID, form: SubscribeForm) -> Wish:
    address = form.address()
    return Wish(
        listing_id=listing_id,
        quantity=int(form.quantity.data or 0),
        account_id=current_user.account_id,
        email=current_user.email,
        choice=form.choice,
        address=address if all(address.get(name) for name in NEEDED) else None,
        shown=form.prices(),
        has_consented=bool(form.consent.data),
        touch=visits.current(areas.current_hub().id),
    )


def _page(listing: Listing, form: SubscribeForm) -> str:
    form.show_prices(listing.price, listing.shipping_price)
    hub, now = areas.current_hub(), clock.now()
    known = queries.alive(account_id=current_user.account_id, listing_id=listing.id)
    second = policies.due_on(words.local_day(now), 1)
    return render_template(
        "market/subscriptions/subscribe.html",
        listing=listing,
        form=form,
        known=known,
        second=second.isoformat(),
        retry_days=policies.RETRY_DAYS,
        seller=cards.seller_names([listing.seller_account_id])[listing.seller_account_id],
        is_member=guards.me() is not None,
        is_own=listing.seller_account_id == current_user.account_id,
        split=splits.of_listing(listing, hub, now),
    )
