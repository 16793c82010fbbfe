"""The market: what is for sale here, one listing, and its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Response, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.kernel import clock, files, folding, searchable
from hubapp.kernel.files import NoSuchFile
from hubapp.kernel.money import Money
from hubapp.kernel.searchable import Found
from hubapp.market.catalogue import finding, queries
from hubapp.market.catalogue.errors import NoSuchListing
from hubapp.market.catalogue.forms import tax_name
from hubapp.market.catalogue.models import Kind, Listing
from hubapp.market.catalogue.services.pictures import key_of
from hubapp.market.catalogue.views import cards, splits
from hubapp.people.membership import queries as membership
from hubapp.people.membership.views import guards
from hubapp.tenancy import markdown
from hubapp.web import access, areas
from hubapp.web.render import money
from hubapp.web.static import FOREVER

pages = areas.hub_blueprint("market", __name__)


@pages.app_template_filter("in_currency")
def in_currency(amount: int, currency: str) -> str:
    """Minor units of a currency in the reader's language."""
    return money(Money(amount, currency))


pages.add_app_template_filter(tax_name, "tax_name")


@pages.app_template_filter("as_counted")
def as_counted(live: int) -> str:
    """How many listings there are, as far as anybody counts them."""
    if live > queries.MOST_COUNTED:
        words: str = _("%(number)s+", number=format_decimal(queries.MOST_COUNTED))
        return words
    return str(format_decimal(live))


def uuid_or_none(text: str) -> UUID | None:
    """A key from a query string; nonsense is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


@pages.get("/market")
def index() -> ResponseReturnValue:
    """What is for sale, newest first; of some words, what the hub's search finds."""
    kind, search = request.args.get("kind", ""), request.args.get("q", "").strip()[: folding.LONGEST_TYPED]
    begin = request.args.get("before", "")
    last = uuid_or_none(begin)
    # Addresses that were made before say the last listing only, also of a search.
    after = searchable.key_of(begin) if last is None else Found(0, last)
    listings, following = _searched(search, kind, after) if search else _newest(kind, last)
    return render_template(
        "market/catalogue/index.html",
        cards=cards.cards(listings),
        kinds=[("", _("Everything")), *cards.kinds().items()],
        kind=kind if kind in set(Kind) else "",
        search=search,
        next_url=url_for(".index", before=following, kind=kind or None, q=search or None) if following else "",
        is_first=after is None if search else last is None,
    )


def _newest(kind: str, last: UUID | None) -> tuple[Sequence[Listing], str]:
    page = queries.market(kind=kind, before=last)
    return page.listings, str(page.next_before or "")


def _searched(search: str, kind: str, after: Found | None) -> tuple[Sequence[Listing], str]:
    page = finding.page(folding.words_in(search), kind=kind, after=after)
    return page.listings, searchable.key_text(page.last) if page.last else ""


@pages.get("/market/<uuid:listing_id>")
def detail(listing_id: UUID) -> ResponseReturnValue:
    """One listing; a draft or withdrawn one only for its seller and those who manage listings."""
    listing = queries.listing(listing_id)
    if not listing.is_live and not _may_see(listing):
        raise NoSuchListing
    hub, seller_id = areas.current_hub(), listing.seller_account_id
    members = membership.members_of(cards.sellers([listing]))
    return render_template(
        "market/catalogue/detail.html",
        listing=listing,
        kind=cards.kinds()[listing.kind],
        state=cards.states()[listing.status],
        body=markdown.render(listing.body_md),
        seller=cards.seller_names([seller_id], members=members)[seller_id],
        member=members.get(seller_id) if seller_id is not None else None,
        pictures=queries.pictures([listing.id]).get(listing.id, []),
        picture_url=cards.picture_url,
        srcset=cards.srcset,
        is_own=current_user.is_authenticated and listing.seller_account_id == current_user.account_id,
        may_report=guards.me() is not None,
        may_moderate=access.may("moderation.view"),
        split=splits.of_listing(listing, hub, clock.now()),
    )


def _may_see(listing: Listing) -> bool:
    if current_user.is_authenticated and listing.seller_account_id == current_user.account_id:
        return True
    return access.may("market.view") or access.may("moderation.view")


@pages.get("/market/pictures/<uuid:image_id>-<int:width>.webp")
def picture(image_id: UUID, width: int) -> ResponseReturnValue:
    """A picture's file; its address never shows another picture, so browsers may keep it for ever."""
    found = queries.picture(image_id)
    if found is None or width not in found.widths:
        abort(404)
    store = files.opened(current_app.extensions["hubapp.settings"])
    try:
        content = store.get(key_of(image_id=image_id, width=width))
    except NoSuchFile:
        abort(404)
    response = Response(content, mimetype="image/webp")
    response.headers["Cache-Control"] = f"public, max-age={FOREVER}, immutable"
    return response
