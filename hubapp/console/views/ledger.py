"""The books of all hubs: search, accounts, entries and orders, from any posting to the order line and back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from hubapp.console import finding
from hubapp.console.finding import Hits
from hubapp.console.views.blueprint import actor, blueprint, hub_or_404
from hubapp.console.views.choosing import choice
from hubapp.earnings.payouts import network as payouts
from hubapp.kernel import clock
from hubapp.kernel.errors import NotFound
from hubapp.market.books import queries, words
from hubapp.market.books.views import own, paging
from hubapp.market.books.words import Way
from hubapp.money.ledger import network, postings
from hubapp.money.ledger import queries as ledger
from hubapp.money.ledger.figures import NETWORK_FIGURES
from hubapp.money.ledger.postings import Wanted
from hubapp.money.ledger.queries import Purpose
from hubapp.people.accounts import network as accounts
from hubapp.tenancy import audit, choosing
from hubapp.tenancy import network as hubs_of_network
from hubapp.tenancy.models import Hub
from hubapp.tenancy.platform import in_hub
from hubapp.web import access

LAYOUT = "layouts/console.html"


def way(slug: str) -> Way:
    """Links within one hub's books."""
    return Way(
        entry=lambda entry_id: url_for("console.ledger_entry", slug=slug, entry_id=entry_id),
        account=lambda owner, purpose, currency: url_for(
            "console.ledger_account", slug=slug, owner=owner, purpose=purpose, currency=currency
        ),
        order=lambda order_id: url_for("console.ledger_order", slug=slug, order_id=order_id),
    )


def _back(found: Hub) -> tuple[str, str]:
    return found.name, url_for("console.ledger_hub", slug=found.slug)


def _typed(name: str, longest: int) -> str:
    """What the address says, without what no text in the database may hold."""
    return request.args.get(name, "").replace("\x00", "").strip()[:longest]


@blueprint.get("/ledger")
@access.requires("central.view")
def ledger_search() -> ResponseReturnValue:
    """Search all books; who looked for what is in the audit log. Without anything to look for, hub by hub."""
    text, typed = _typed("q", 254), _typed("hub", choosing.LONGEST)
    hub, refused = choice(typed)
    hub_id = hub.id if hub else None
    hits, books = Hits(), list[Hub]()
    if text and not refused:
        hits = finding.find(text, hub_id=hub_id)
        audit.record(actor=actor(), action="ledger.search", hub_id=hub_id, subject=text, now=clock.now())
    elif not text:
        books = list(hubs_of_network.hubs(after=_typed("after", choosing.LONGEST), limit=hubs_of_network.PAGE + 1))
    ids = {order.hub_id for order in hits.orders} | {entry.hub_id for entry in hits.entries}
    shown = books[: hubs_of_network.PAGE]
    page = render_template(
        "console/ledger/search.html",
        hits=hits,
        text=text,
        typed=typed,
        refused=refused,
        hubs=choosing.offered(typed),
        books=shown,
        next_url=url_for(".ledger_search", after=shown[-1].slug) if len(books) > len(shown) else "",
        names=hubs_of_network.names(ids),
        **words.WORDS,
    )
    return page, 422 if refused else 200


@blueprint.get("/people/<uuid:account_id>/ledger")
@access.requires("central.people")
def ledger_person(account_id: UUID) -> ResponseReturnValue:
    """A person's accounts in all hubs."""
    person = accounts.with_ids([account_id]).get(account_id)
    if person is None:
        raise NotFound
    found = network.accounts_of(f"account:{account_id}", hub_id=None)
    audit.record(actor=actor(), action="ledger.person", subject=str(account_id), now=clock.now())
    return render_template(
        "console/ledger/person.html",
        person=person,
        accounts=found,
        names=hubs_of_network.names([account.hub_id for account in found]),
        way=way,
        **words.WORDS,
    )


@blueprint.get("/ledger/provider")
@access.requires("central.view")
def ledger_provider() -> ResponseReturnValue:
    """Our money at the provider in one currency, as the books of each hub have it."""
    currency = _typed("currency", 3)
    found = network.accounts_of("provider", hub_id=None, currency=currency, limit=None)
    return render_template(
        "console/ledger/provider.html",
        currency=currency,
        accounts=found,
        names=hubs_of_network.names([account.hub_id for account in found]),
        way=way,
        **words.WORDS,
    )


@blueprint.get("/hubs/<slug>/ledger")
@access.requires("central.view")
def ledger_hub(slug: str) -> ResponseReturnValue:
    """A hub's accounts with their balances, and its newest entries."""
    found = hub_or_404(slug)
    typed = request.args.get("before", "")
    before = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= paging.LONGEST else None
    with in_hub(found.id):
        balances = ledger.balances_of(now=clock.now())
        entries = postings.newest_entries(before=before, limit=postings.PAGE + 1)
        names = words.owner_names(balance.owner for balance in balances)
    shown = entries[: postings.PAGE]
    return render_template(
        "console/ledger/hub.html",
        found=found,
        balances=balances,
        booked=shown,
        names=names,
        way=way(slug),
        next_url=url_for(".ledger_hub", slug=slug, before=shown[-1].seq) if len(entries) > postings.PAGE else "",
        **words.WORDS,
    )


@blueprint.get("/hubs/<slug>/ledger/account")
@access.requires("central.view")
def ledger_account(slug: str) -> ResponseReturnValue:
    """The statement of any account."""
    found = hub_or_404(slug)
    owner, purpose = _typed("owner", 60), _typed("purpose", 40)
    currency = _typed("currency", 3)
    if purpose not in set(Purpose):
        purpose = Purpose.PROVIDER_BALANCE
    wanted = Wanted(owner=owner or "provider", purpose=purpose, currency=currency or found.currency)
    return _statement(found, wanted, "console/ledger/account.html")


@blueprint.get("/hubs/<slug>/ledger/figure")
@access.requires("central.view")
def ledger_figure(slug: str) -> ResponseReturnValue:
    """The postings behind a figure of a hub."""
    figure = NETWORK_FIGURES.get(request.args.get("figure", "turnover"))
    if figure is None or figure.key == "own":
        raise NotFound
    found = hub_or_404(slug)
    currency = _typed("currency", 3) or found.currency
    wanted = Wanted(currency=currency, figure=figure, start=paging.moment("start"), end=paging.moment("end"))
    return _statement(found, wanted, "console/ledger/figure.html")


def _statement(found: Hub, wanted: Wanted, template: str) -> ResponseReturnValue:
    with in_hub(found.id):
        amount, count = postings.total(wanted)
        lines, following = paging.page_of(postings.postings(wanted, before=paging.before(), limit=postings.PAGE + 1))
        names = words.owner_names([wanted.owner] if wanted.owner else [])
    again: dict[str, Any] = {**request.args.to_dict(), "slug": found.slug, "before": following}
    return render_template(
        template,
        found=found,
        figure=wanted.figure,
        wanted=wanted,
        amount=(wanted.figure.sign if wanted.figure else 1) * amount,
        count=count,
        lines=lines,
        names=names,
        next_url=url_for(request.endpoint or "", **again) if following else "",
        way=way(found.slug),
        back=_back(found),
        layout=LAYOUT,
        **words.WORDS,
    )


@blueprint.get("/hubs/<slug>/ledger/entries/<uuid:entry_id>")
@access.requires("central.view")
def ledger_entry(slug: str, entry_id: UUID) -> ResponseReturnValue:
    """An entry whole, its place in the chain, and the orders it is about."""
    hub = hub_or_404(slug)
    with in_hub(hub.id):
        found = queries.entry_seen(entry_id, owner=None)
        names = words.owner_names(leg.owner for leg in found.legs.shown)
    return render_template(
        "market/books/entry.html",
        found=found,
        names=names,
        way=way(slug),
        layout=LAYOUT,
        back=_back(hub),
        **words.WORDS,
    )


@blueprint.get("/hubs/<slug>/ledger/orders/<uuid:order_id>")
@access.requires("central.view")
def ledger_order(slug: str, order_id: UUID) -> ResponseReturnValue:
    """An order in the books, whole."""
    hub = hub_or_404(slug)
    with in_hub(hub.id):
        context = own.trail_context(queries.trail(order_id), "")
    return render_template(
        "market/books/order.html", **context, way=way(slug), layout=LAYOUT, back=_back(hub), is_console=True
    )


@blueprint.get("/payouts/<uuid:payout_id>/ledger")
@access.requires("central.payouts")
def ledger_payout(payout_id: UUID) -> ResponseReturnValue:
    """What a payout did in the books of each hub that it draws on."""
    payout, ref = payouts.payout(payout_id), f"payout:{payout_id}"
    hubs = hubs_of_network.names([entry.hub_id for entry in network.entries_about(ref, hub_id=None)])
    books = []
    for hub_id, (slug, name) in sorted(hubs.items()):
        with in_hub(hub_id):
            entries = ledger.entries_of(ref)
            names = words.owner_names(leg.owner for entry in entries for leg in entry.legs)
        books.append((name, way(slug), entries, names))
    return render_template("console/ledger/payout.html", payout=payout, books=books, **words.WORDS)
