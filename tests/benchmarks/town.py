"""The hub that pages are measured on: a pack's hub with members, listings, pictures and paid orders."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import psycopg
from sqlalchemy import text

from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.paths import HUBS
from hubapp.market.catalogue.models import ListingImage
from hubapp.tenancy import services as tenancy
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.models import Hub
from hubapp.tenancy.packs import load
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories import accounts
from tests.factories.hubs import NOW
from tests.factories.market import Shop, make_listing, place, settle
from tests.factories.members import make_connector, make_member

SLUG = "lyon"
MEMBERS, LISTINGS, ORDERS = 40, 32, 12


@dataclass(frozen=True, slots=True)
class Town:
    """A hub full of life, and the cookie of a member who has bought things."""

    hub_id: int
    shop: Shop
    listing_ids: tuple[UUID, ...]
    base_url: str
    cookie: str


def build(app: HubFlask) -> Town:
    """Make the hub by the same services that pages use."""
    with app.app_context():
        with platform_scope(reason="benchmark"), unit_of_work():
            hub_id = tenancy.open_hub(pack=load.by_slug(HUBS, SLUG), actor=SYSTEM, now=NOW)
        connector = make_connector(hub_id).account_id
        people = [make_member(hub_id, f"Person {number}").account_id for number in range(MEMBERS)]
        with hub_scope(hub_id), unit_of_work():
            listing_ids = tuple(_listing(number, people[number % 7]) for number in range(LISTINGS))
        shop = Shop(hub_id, connector, people[0], people[-1], listing_ids[0])
        for number in range(ORDERS):
            _sale(shop, {listing_ids[number]: 1, listing_ids[number + 7]: 2})
        analyse(app)
    return Town(hub_id, shop, listing_ids, accounts.base_url(app, hub_id), cookie_of(app, shop.buyer, hub_id))


def _listing(number: int, seller: UUID) -> UUID:
    listing = make_listing(
        title=f"Walnut oil No. {number}", slug=f"walnut-oil-{number}", seller_account_id=seller, stock=None
    )
    if number % 2:
        picture = ListingImage(listing_id=listing.id, position=0, widths=[320, 640], width=1280, height=960)
        picture.created_at = NOW
        db.session.add(picture)
    return listing.id


def _sale(shop: Shop, quantities: dict[UUID, int]) -> None:
    """Bought now: a card page that ran out before anybody asked for it would let go of what was bought."""
    with hub_scope(shop.hub_id), unit_of_work():
        checkout_id = place(shop, quantities, now=clock.now())
    with hub_scope(shop.hub_id), unit_of_work():
        settle(checkout_id, now=clock.now())


def cookie_of(app: HubFlask, account_id: UUID, hub_id: int) -> str:
    """The Cookie header of somebody who has signed in to a hub."""
    client = app.test_client()
    accounts.sign_in(client, account_id, hub_id)
    client.get("/", base_url=accounts.base_url(app, hub_id))  # the first page adds what forms need
    return "; ".join(f"{cookie.key}={cookie.value}" for cookie in client._cookies.values())


def add_hubs(app: HubFlask, size: int) -> None:
    """Copies of the only hub, so that there are `size`; nobody belongs to them."""
    with app.app_context(), db.engines["central"].begin() as connection:
        kept = {"id", "slug", "member_count"}
        columns = [column.name for column in Hub.__table__.columns if column.name not in kept and not column.computed]
        names = ", ".join(columns)
        connection.execute(
            text(
                f"INSERT INTO hub (slug, member_count, {names})"
                f" SELECT 'hub-' || n, 0, {names} FROM hub, generate_series(2, :size) n"
            ),
            {"size": size},
        )


def analyse(app: HubFlask) -> None:
    """What autovacuum does after a while: without it the first queries are planned for empty tables.

    As who owns them: of tables that are others', ANALYZE says that it leaves them out, and goes on.
    """
    with psycopg.connect(app.extensions["hubapp.server"].admin, autocommit=True) as admin:
        admin.execute("VACUUM (ANALYZE)")
