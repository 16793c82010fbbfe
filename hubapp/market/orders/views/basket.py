"""The basket's page, and putting things in; works before signing in and without JavaScript."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.market.orders import basket_queries, services
from hubapp.market.orders.basket_queries import Quote
from hubapp.market.orders.forms import ChangeForm, QuantityForm
from hubapp.market.orders.models import Basket, Delivery
from hubapp.market.orders.views import carried, words
from hubapp.web import areas, render

pages = areas.hub_blueprint("basket", __name__)


@pages.get("/basket")
def index() -> ResponseReturnValue:
    """What waits to be ordered."""
    found = quote(current(), Delivery.PICKUP)
    return render_template("market/orders/basket.html", quote=found, **words.of_lines(found))


@pages.post("/basket/<uuid:listing_id>")
def put(listing_id: UUID) -> ResponseReturnValue:
    """Put some of a listing in."""
    form = QuantityForm()
    if not form.validate_on_submit():
        for _field, message in form.all_errors:
            flash(message, "bad")
        return redirect(url_for("market.detail", listing_id=listing_id), 303)
    basket = current() or _new()
    try:
        services.put_in_basket(basket_id=basket.id, listing_id=listing_id, quantity=form.quantity.data, now=clock.now())
    except Refusal as refusal:
        if refusal.status == 404:  # noqa: PLR2004
            raise
        flash(str(refusal), "bad")
        return redirect(url_for("market.detail", listing_id=listing_id), 303)
    flash(_("It is in your basket."), "good")
    return redirect(url_for(".index"), 303)


@pages.post("/basket/<uuid:listing_id>/quantity")
def change(listing_id: UUID) -> ResponseReturnValue:
    """Set how many are wanted."""
    form = ChangeForm()
    if form.validate_on_submit():
        return _set(listing_id, form.quantity.data)
    for _field, message in form.all_errors:
        flash(message, "bad")
    return redirect(url_for(".index"), 303)


@pages.post("/basket/<uuid:listing_id>/remove")
def remove(listing_id: UUID) -> ResponseReturnValue:
    """Take it out."""
    return _set(listing_id, 0)


def _set(listing_id: UUID, quantity: int) -> ResponseReturnValue:
    basket = current()
    if basket is None:
        return redirect(url_for(".index"), 303)
    try:
        services.change_quantity(basket_id=basket.id, listing_id=listing_id, quantity=quantity, now=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "bad")
    else:
        flash(_sum_of(basket), "good")
    return redirect(url_for(".index"), 303)


def _sum_of(basket: Basket) -> str:
    """What it comes to now, in a sentence: the figure itself stands far from the button, and nobody reads it out."""
    found = quote(basket, Delivery.PICKUP)
    if found is None or not found.lines:
        return str(_("Your basket is empty."))
    return str(_("Changed. The sum is now %(sum)s.", sum=render.money(found.total)))


def current() -> Basket | None:
    """The basket of whoever asks; what was put in before signing in is poured into the account's."""
    if not current_user.is_authenticated:
        return basket_queries.basket_of(account_id=None, basket_id=carried.basket_id(areas.current_hub().id))
    return claim() or basket_queries.basket_of(account_id=current_user.account_id, basket_id=None)


def claim() -> Basket | None:
    """Pour what was put in before signing in, if anything, into the account's basket."""
    hub_id = areas.current_hub().id
    loose = carried.basket_id(hub_id)
    if loose is None:
        return None
    carried.forget(hub_id)
    return services.claim_basket(basket_id=loose, account_id=current_user.account_id, now=clock.now())


def quote(basket: Basket | None, choice: Delivery) -> Quote | None:
    """What the basket costs now, in the current hub."""
    hub = areas.current_hub()
    return basket_queries.quote(basket=basket, choice=choice, tax_rates=hub.tax_rates, currency=hub.currency)


def _new() -> Basket:
    account_id = current_user.account_id if current_user.is_authenticated else None
    basket = services.open_basket(account_id=account_id, basket_id=None, now=clock.now())
    if account_id is None:
        carried.remember(areas.current_hub().id, basket.id)
    return basket
