"""All listings of the hub, for those who manage them: look, take down with a reason."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.market.catalogue import queries, services
from hubapp.market.catalogue.errors import NoSuchListing
from hubapp.market.catalogue.forms import ReasonForm
from hubapp.market.catalogue.models import Status
from hubapp.market.catalogue.views import cards
from hubapp.market.catalogue.views.market import uuid_or_none
from hubapp.people.membership.views import guards
from hubapp.web import access, areas

pages = areas.hub_blueprint("manage_listings", __name__)


@pages.get("/manage/listings")
@access.requires("market.view")
def index() -> ResponseReturnValue:
    """Every listing but drafts."""
    status = request.args.get("status", "")
    page = queries.all_listings(status=status, before=uuid_or_none(request.args.get("before", "")))
    return render_template(
        "market/catalogue/manage.html",
        cards=cards.cards(page.listings),
        states=cards.states(),
        status=status,
        may_manage=access.may("listings.manage"),
        next_url=url_for(".index", before=page.next_before, status=status or None) if page.next_before else "",
    )


@pages.route("/manage/listings/<uuid:listing_id>/take-down", methods=["GET", "POST"])
@access.requires("listings.manage")
def take_down(listing_id: UUID) -> ResponseReturnValue:
    """Say why, then take it down."""
    listing = queries.listing(listing_id)
    if listing.status == Status.DRAFT:
        raise NoSuchListing
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            services.take_down(listing_id=listing_id, reason=form.reason.data, actor=guards.actor(), now=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("%(title)s is off the market.", title=listing.title), "good")
            return redirect(url_for(".index"), 303)
    page = render_template("market/catalogue/take_down.html", form=form, listing=listing)
    return page, 422 if form.errors else 200
