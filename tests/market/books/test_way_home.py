"""Every number has a way home: from any figure on any page two clicks reach its postings, and from them the order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from sqlalchemy import select

from hubapp.earnings.payouts.models import Payout, PayoutRun, PayoutRunItem
from hubapp.earnings.shares import line_queries
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.orders import queries as orders
from hubapp.market.orders.refund_models import RefundRequest
from hubapp.money.payments import plug
from hubapp.money.payments.dispute_models import Dispute
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import CENTRAL, HUB, HubFlask
from tests.factories import way_home
from tests.factories.accounts import base_url, sign_in
from tests.factories.hubs import NOW
from tests.factories.market import Shop, place, settle
from tests.factories.way_home import Figure
from tests.factories.world import World, make_world

# Pages that show money which the books know, each with somebody who sees some there. All pages are walked; these have
# to have figures, so that the walk is not blind.
MONEY_PAGES = {
    "payouts.earnings": "seller",
    "payouts.manage": "connector",
    "payouts.statement": "seller",
    "orders.index": "member",
    "orders.detail": "member",
    "sales.index": "seller",
    "sales.detail": "seller",
    "manage_orders.index": "connector",
    "manage_orders.detail": "connector",
    "manage_orders.turnover": "connector",
    "manage.index": "connector",
    "home.front": "member",
    "books.index": "seller",
    "books.account": "seller",
    "books.entry": "seller",
    "books.order": "seller",
    "manage_books.index": "connector",
    "manage_books.entry": "connector",
    "manage_books.order": "connector",
    "reports.index": "connector",
    "reports.tax": "connector",
    "console.overview": "central",
    "console.hubs": "central",
    "console.hub": "central",
    "console.ledger_search": "central",
    "console.ledger_hub": "central",
    "console.ledger_account": "central",
    "console.ledger_figure": "central",
    "console.ledger_person": "central",
    "console.ledger_entry": "central",
    "console.ledger_order": "central",
    "console.network_figure": "central",
    "console.reports": "central",
    "console.tax": "central",
    "payouts.period": "seller",
    "payouts.document": "seller",
    "payouts.tax_year": "seller",
    "payouts.period on paper": "seller",
    "orders.detail on paper": "member",
    "sales.detail on paper": "seller",
    "manage_orders.detail on paper": "connector",
    "reports.tax on paper": "connector",
    "invoices.sheet": "member",
    "invoices.index": "seller",
    "subscriptions.index": "member",
    "subscriptions.detail": "member",
    "manage_disputes.index": "connector",
    "console.payee": "central",
    "console.payouts": "central",
    "console.payout_run": "central",
    "console.preview_payouts": "central",
    "console.ledger_payout": "central",
    "console.ledger_provider": "central",
    "console.refund": "central",
    "console.disputes": "central",
    "console.dispute": "central",
    "console.reconciliation": "central",
    "console.difference": "central",
    "console.retainers": "central",
    "console.retainer": "central",
}
# Pages whose amounts are not in the books (yet), and why.
NOT_BOOKED = {
    "market.index": "prices",
    "market.detail": "a price, and how it would be split",
    "selling.index": "prices",
    "selling.mine": "prices",
    "selling.edit": "a price",
    "manage_listings.index": "prices",
    "basket.index": "nothing is paid yet",
    "checkout.index": "nothing is paid yet",
    "checkout.pay": "nothing is paid yet",
    "checkout.back": "leads to the receipt",
    "payments.proceed": "nothing is paid yet",
    "sales.cancel": "asks about an order, whose page it leads back to",
    "manage_orders.cancel": "the same",
    "refunds.ask": "the same",
    "refunds.by_seller": "the same",
    "refunds.by_hub": "the same",
    "console.accept_dispute": "asks about a dispute, whose page it leads back to",
    "subscribing.subscribe": "a price, and how it would be split",
}
QUERIES = {
    "books.account": "purpose=owed&currency=EUR",
    "console.ledger_search": "q=1",
    "console.ledger_provider": "currency=EUR",
    "console.ledger_account": "owner=core&purpose=platform_revenue&currency=EUR",
    "console.network_figure": "figure=turnover&currency=EUR&month=2026-11",
    "console.reports": "month=2026-11",
    "console.tax": "month=2026-11",
    "reports.tax": "month=2026-11",
}
# The same pages on paper, by the queries that ask for it; they have to have figures, too.
SHEETS = {
    "payouts.period": "print=1",
    "orders.detail": "print=1",
    "sales.detail": "print=1",
    "manage_orders.detail": "print=1",
    "reports.tax": "month=2026-11&as=sheet",
}
ROLES = ("member", "seller", "connector", "central")


@dataclass
class Site:
    """The pages of a world, each asked once per person."""

    app: HubFlask
    world: World
    pages: dict[tuple[str, str], str] = field(default_factory=dict)
    clients: dict[str, Any] = field(default_factory=dict)

    def hub_of(self, role: str) -> int | None:
        return None if role == "central" else self.world.there

    def get(self, role: str, path: str) -> str:
        """A page as somebody sees it; empty where it is none for them."""
        if (role, path) not in self.pages:
            if role not in self.clients:
                account_id = self.world.people.get(role) or self.world.people[f"{role}, there"]
                self.clients[role] = self.app.test_client()
                sign_in(self.clients[role], account_id, self.hub_of(role))
            answer = self.clients[role].get(path, base_url=base_url(self.app, self.hub_of(role)))
            is_page = answer.status_code == 200 and answer.mimetype == "text/html"
            self.pages[role, path] = answer.text if is_page else ""
        return self.pages[role, path]

    def all_pages(self) -> Iterator[tuple[str, str, str]]:
        """(role, endpoint, path) of every page there is."""
        values: dict[str, Any] = {**self.world.values, "version": 1, "name": "app.css", "width": 320, "job_id": 1}
        for role in ROLES:
            area = CENTRAL if role == "central" else HUB
            given = {**values, "slug": "lyon", "step": "start"} if role == "central" else values
            given["account_id"] = str(self.world.people["seller, there"])
            adapter = self.app.url_map.bind("localhost", subdomain=area)
            for rule in self.app.url_map.iter_rules():
                needed = {name: given[name] for name in rule.arguments if name in given}
                if rule.subdomain != area or "GET" not in (rule.methods or ()) or len(needed) < len(rule.arguments):
                    continue
                path = adapter.build(rule.endpoint, needed, method="GET")
                query = QUERIES.get(rule.endpoint)
                yield role, rule.endpoint, f"{path}?{query}" if query else path
                if rule.endpoint in SHEETS:
                    yield role, f"{rule.endpoint} on paper", f"{path}?{SHEETS[rule.endpoint]}"


def console_cases(world: World) -> dict[str, str]:
    """A refund request, a dispute, a difference and a payout run for the central team to look at."""
    payout_id = UUID(world.values["payout_id"])
    with platform_scope(reason="test"), unit_of_work():
        request_id = db.session.scalars(select(RefundRequest.id).order_by(RefundRequest.id).limit(1)).one()
        payout = db.session.get_one(Payout, payout_id)
        run = PayoutRun(is_everybody=True, status="finished", proposed_at=NOW, proposed_by="Noor")
        db.session.add(run)
        db.session.flush()
        part = {"run_id": run.id, "account_id": payout.account_id, "currency": "EUR", "held": 0, "owed_back": 0}
        item = PayoutRunItem(**part, available=500, amount=500, status="started")
        db.session.add(item)
        db.session.flush()
        payout.run_item_id = item.id
        run_id = run.id
    with hub_scope(world.there), unit_of_work():
        dispute = Dispute(
            payment_id=UUID(world.values["payment_id"]),
            provider_id="dp_test",
            amount=1_200,
            currency="EUR",
            reason="fraudulent",
            status="needs_response",
            is_refundable=False,
            withdrawn=1_200,
            fee=2_000,
            lines=1,
            opened_at=NOW,
            seen_at=NOW,
        )
        db.session.add(dispute)
        db.session.flush()
        dispute_id = dispute.id
    return {
        "request_id": str(request_id),
        "dispute_id": str(dispute_id),
        "item_id": world.central["item_id"],
        "run_id": str(run_id),
    }


@pytest.fixture
def site(app: HubFlask) -> Site:
    plug.install_sandbox(app.extensions["hubapp.server"])
    clock.set_offset(NOW - clock.wall())
    with app.app_context():
        world = make_world(app)
        world.values.update(console_cases(world))
        with hub_scope(world.there), unit_of_work():
            people = world.people
            listing = orders.lines_of(orders.all_orders()[0].id)[0].listing_id
            assert listing is not None
            shop = Shop(
                world.there, people["connector, there"], people["seller, there"], people["member, there"], listing
            )
            checkout_id = place(shop)
        with hub_scope(world.there), unit_of_work():
            settle(checkout_id)
    return Site(app, world)


def lost(site: Site, role: str, figures: list[Figure]) -> list[str]:
    """Figures that lead nowhere, or to a place without postings within two clicks."""
    wrong = []
    for figure in figures:
        if figure.is_lost:
            wrong.append(f"{figure.text} has no link")
        elif (
            figure.links
            and not figure.why
            and figure.is_something
            and not any(reaches_postings(site, role, link) for link in figure.links)
        ):
            wrong.append(f"{figure.text}: no posting behind {figure.links}")
    return wrong


def reaches_postings(site: Site, role: str, link: str) -> bool:
    page = site.get(role, relative(link))
    if way_home.has(page, "data-posting"):
        return True
    return any(
        way_home.has(site.get(role, relative(further)), "data-posting")
        for further in way_home.hrefs(page, "data-books")
    )


def relative(link: str) -> str:
    found = urlsplit(link)
    return found.path + (f"?{found.query}" if found.query else "")


def test_from_every_figure_two_clicks_lead_to_its_postings(site: Site) -> None:
    wrong, seen = [], set()
    for role, endpoint, path in site.all_pages():
        if endpoint in NOT_BOOKED or "sandbox" in endpoint:
            continue
        figures = way_home.figures_of(site.get(role, path))
        seen |= {(endpoint, role)} if figures else set()
        wrong += [f"{endpoint} as {role}: {what}" for what in lost(site, role, figures)]
    assert "\n".join(sorted(set(wrong))) == ""
    assert set(MONEY_PAGES.items()) - seen == set()


def test_a_retainers_line_leads_to_what_was_agreed_and_to_its_postings(site: Site) -> None:
    with site.app.app_context(), hub_scope(site.world.there), unit_of_work():
        line = next(one for one in line_queries.earnings_of(owner(site), currency="EUR") if one.role == "retainer")
    books = f"/me/books/orders/{line.order_id}"
    assert books in way_home.hrefs(site.get("seller", "/me/earnings"), "data-books")
    for role, path in (("seller", books), ("central", f"/console/hubs/lyon/ledger/orders/{line.order_id}")):
        page = site.get(role, path)
        assert way_home.has(page, "data-order-lines")
        assert way_home.has(page, "data-posting")
        assert "a whole week" in page
    console = f"/console/retainers/{site.world.values['retainer_id']}"
    assert lost(site, "central", way_home.figures_of(site.get("central", console))) == []
    statement = site.get("seller", "/me/books/account?purpose=owed&currency=EUR")
    assert books in way_home.hrefs(statement, "data-order")


def owner(site: Site) -> str:
    return f"account:{site.world.people['seller, there']}"


def test_from_every_posting_the_order_line_is_one_click_away(site: Site) -> None:
    ends = 0
    for role, _endpoint, path in site.all_pages():
        page = site.get(role, path)
        if not way_home.has(page, "data-posting") or way_home.has(page, "data-trail"):
            continue
        links = way_home.hrefs(page, "data-order")
        for link in links:
            assert way_home.has(site.get(role, relative(link)), "data-order-lines"), (path, link)
        ends += len(links)
    assert ends > 10


def test_an_amount_without_a_link_is_found() -> None:
    page = '<main><p>€5.00</p><table><tr><td>€6.00</td><td><a data-books href="/x">€7.00</a></td></tr></table></main>'
    assert [(figure.text, figure.is_lost) for figure in way_home.figures_of(page)] == [
        ("€5.00", True),
        ("€6.00", False),
        ("€7.00", False),
    ]
