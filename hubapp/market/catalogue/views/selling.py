"""A member's own listings: write, change, publish, withdraw, pictures. The core's own, for who manages listings."""

from __future__ import annotations

from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.kernel import clock, files, pictures
from hubapp.kernel.errors import Refusal
from hubapp.market.catalogue import queries, services
from hubapp.market.catalogue.errors import BadPicture, NoSuchListing
from hubapp.market.catalogue.forms import ListingForm, PictureForm
from hubapp.market.catalogue.models import Listing
from hubapp.market.catalogue.views import cards
from hubapp.market.catalogue.views.market import uuid_or_none
from hubapp.people.accounts.services import throttle
from hubapp.people.membership.views import guards
from hubapp.web import access, areas, request_scope

pages = areas.hub_blueprint("selling", __name__)


@pages.get("/sell")
@pages.get("/me/selling", endpoint="mine")
@access.requires()
def index() -> ResponseReturnValue:
    """What I sell."""
    page = queries.listings_of(seller_id=current_user.account_id, before=uuid_or_none(request.args.get("before", "")))
    return render_template(
        "market/catalogue/selling.html",
        cards=cards.cards(page.listings),
        states=cards.states(),
        is_member=guards.me() is not None,
        suspended=guards.suspended(),
        next_url=url_for(".index", before=page.next_before) if page.next_before else "",
    )


@pages.route("/sell/new", methods=["GET", "POST"])
@access.requires()
def new() -> ResponseReturnValue:
    """Write a listing; `?for=hub` for the core's own, by who manages listings."""
    is_core = request.args.get("for") == "hub" and access.may("listings.manage")
    if not is_core and guards.me() is None:
        if guards.suspended() is None:
            flash(_("Join the hub first: only its members sell here. Joining is free."), "info")
        return redirect(url_for("membership.join"), 303)
    form = _form()
    if form.validate_on_submit():
        try:
            listing = services.create_listing(
                seller_id=None if is_core else current_user.account_id,
                text=form.command(),
                tax_rates=areas.current_hub().tax_rates,
                now=clock.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved as a draft. Add pictures, then publish it."), "good")
            return redirect(url_for(".edit", listing_id=listing.id), 303)
    page = render_template("market/catalogue/edit.html", form=form, listing=None, is_core=is_core)
    return page, 422 if form.errors else 200


@pages.route("/sell/<uuid:listing_id>", methods=["GET", "POST"])
@access.requires()
def edit(listing_id: UUID) -> ResponseReturnValue:
    """Change a listing."""
    listing = own(listing_id)
    form = _form(listing)
    if request.method == "GET":
        form.show(listing)
    if form.validate_on_submit():
        try:
            services.edit_listing(
                listing_id=listing_id,
                seller_id=listing.seller_account_id,
                text=form.command(),
                left_was=form.seen_left(),
                tax_rates=areas.current_hub().tax_rates,
                now=clock.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved."), "good")
            return redirect(url_for(".edit", listing_id=listing_id), 303)
    return _edit_page(listing, form, PictureForm(formdata=None)), 422 if form.errors else 200


@pages.post("/sell/<uuid:listing_id>/publish")
@access.requires()
def publish(listing_id: UUID) -> ResponseReturnValue:
    """Put it up for sale."""
    services.publish(listing_id=listing_id, seller_id=own(listing_id).seller_account_id, now=clock.now())
    flash(_("It is for sale now."), "good")
    return redirect(url_for("market.detail", listing_id=listing_id), 303)


@pages.post("/sell/<uuid:listing_id>/withdraw")
@access.requires()
def withdraw(listing_id: UUID) -> ResponseReturnValue:
    """Take it off the market."""
    services.withdraw(listing_id=listing_id, seller_id=own(listing_id).seller_account_id, now=clock.now())
    flash(_("Withdrawn. You can publish it again any time."), "info")
    return redirect(url_for(".edit", listing_id=listing_id), 303)


@pages.post("/sell/<uuid:listing_id>/pictures")
@access.requires()
def add_picture(listing_id: UUID) -> ResponseReturnValue:
    """Add a picture."""
    listing = own(listing_id)
    form = PictureForm()
    if form.validate_on_submit():
        try:
            _store(listing, form)
        except Refusal as refusal:
            request_scope.keep()  # it counts
            form.refuse(refusal)
        else:
            flash(_("Picture added."), "good")
            return redirect(url_for(".edit", listing_id=listing_id, _anchor="pictures"), 303)
    shown = _form(listing, is_empty=True)
    shown.show(listing)
    return _edit_page(listing, shown, form), 422


@pages.post("/sell/<uuid:listing_id>/pictures/<uuid:image_id>/remove")
@access.requires()
def remove_picture(listing_id: UUID, image_id: UUID) -> ResponseReturnValue:
    """Take a picture off."""
    services.remove_picture(listing_id=listing_id, seller_id=own(listing_id).seller_account_id, image_id=image_id)
    flash(_("Picture removed."), "info")
    return redirect(url_for(".edit", listing_id=listing_id, _anchor="pictures"), 303)


def own(listing_id: UUID) -> Listing:
    """The listing if the person asking sells it, or manages the core's; anybody else's does not exist for them."""
    listing = queries.listing(listing_id)
    if listing.seller_account_id == current_user.account_id:
        return listing
    if listing.seller_account_id is None and access.may("listings.manage"):
        return listing
    raise NoSuchListing


def _store(listing: Listing, form: PictureForm) -> None:
    upload = form.picture.data
    if not upload:
        raise BadPicture(_("Choose a picture first."))
    # Making one anew is work, also where it is taken away again at once, and finding out that it is none.
    if (seller := listing.seller_account_id) is not None:
        throttle.limit(kind="picture account", subject=f"{listing.hub_id}:{seller}", now=clock.now())
    services.add_picture(
        listing_id=listing.id,
        seller_id=listing.seller_account_id,
        content=upload.stream.read(pictures.MAX_BYTES + 1),
        alt=form.alt.data or "",
        files=files.opened(current_app.extensions["hubapp.settings"]),
        now=clock.now(),
    )


def _form(listing: Listing | None = None, *, is_empty: bool = False) -> ListingForm:
    form = ListingForm(formdata=None) if is_empty else ListingForm()
    form.offer(areas.current_hub().tax_rates, listing)
    return form


def _edit_page(listing: Listing, form: ListingForm, picture_form: PictureForm) -> str:
    return render_template(
        "market/catalogue/edit.html",
        form=form,
        picture_form=picture_form,
        listing=listing,
        state=cards.states()[listing.status],
        pictures=queries.pictures([listing.id]).get(listing.id, []),
        picture_url=cards.picture_url,
        is_core=listing.seller_account_id is None,
    )
