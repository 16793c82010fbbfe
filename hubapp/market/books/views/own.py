"""One's own accounts in a hub's books: balances, statements, entries and the orders behind them; nobody else's."""

from __future__ import annotations

from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from hubapp.earnings.payouts import queries as payouts
from hubapp.kernel import clock
from hubapp.kernel.errors import NotFound
from hubapp.market.books import policies, queries, words
from hubapp.market.books.errors import NotYours
from hubapp.market.books.views import paging
from hubapp.market.books.words import Way
from hubapp.money.ledger import postings
from hubapp.money.ledger import queries as ledger
from hubapp.money.ledger.postings import Wanted
from hubapp.money.ledger.queries import Purpose
from hubapp.web import access, areas

pages = areas.hub_blueprint("books", __name__)
FOLDER = "market/books"


def me() -> str:
    """The person asking, as the books name them."""
    return payouts.owner_of(current_user.account_id)


def _account(owner: str, purpose: str, currency: str) -> str:
    return url_for("books.account", purpose=purpose, currency=currency) if owner == me() else ""


def way() -> Way:
    """Links among one's own pages."""
    return Way(
        entry=lambda entry_id: url_for("books.entry", entry_id=entry_id),
        account=_account,
        order=lambda order_id: url_for("books.order", order_id=order_id),
    )


@pages.get("/me/books")
@access.requires()
def index() -> ResponseReturnValue:
    """One's accounts here with their balances."""
    balances = ledger.balances_of(owner=me(), now=clock.now())
    return render_template(f"{FOLDER}/own.html", balances=balances, way=way(), **words.WORDS)


@pages.get("/me/books/account")
@access.requires()
def account() -> ResponseReturnValue:
    """The statement of one of one's accounts, newest first."""
    purpose, currency = request.args.get("purpose", ""), request.args.get("currency", "").replace("\x00", "")[:3]
    if purpose not in set(Purpose):
        raise NotFound
    wanted = Wanted(owner=me(), purpose=purpose, currency=currency)
    lines, following = paging.page_of(postings.postings(wanted, before=paging.before(), limit=postings.PAGE + 1))
    balance = ledger.balance(owner=me(), purpose=Purpose(purpose), currency=currency, now=clock.now())
    return render_template(
        f"{FOLDER}/account.html",
        balance=balance,
        lines=lines,
        next_url=url_for(".account", purpose=purpose, currency=currency, before=following) if following else "",
        way=way(),
        **words.WORDS,
    )


@pages.get("/me/books/entries/<uuid:entry_id>")
@access.requires()
def entry(entry_id: UUID) -> ResponseReturnValue:
    """An entry that touches one's own accounts, or is about one's own order."""
    found = queries.entry_seen(entry_id, owner=me())
    names = words.owner_names((leg.owner for leg in found.legs.shown), me=me())
    return render_template(
        f"{FOLDER}/entry.html", found=found, names=names, way=way(), layout="layouts/hub.html", **words.WORDS
    )


@pages.get("/me/books/orders/<uuid:order_id>")
@access.requires()
def order(order_id: UUID) -> ResponseReturnValue:
    """An order that one bought, sold or earned by, in the books."""
    trail = queries.trail(order_id)
    if not queries.may_see(trail, me()):
        raise NotYours
    return render_template(f"{FOLDER}/order.html", **trail_context(trail, me()), way=way(), layout="layouts/hub.html")


@pages.get("/me/books/payouts/<uuid:payout_id>")
@access.requires()
def payout(payout_id: UUID) -> ResponseReturnValue:
    """What a payout of one's own did in this hub's books."""
    found = payouts.payout_of(account_id=current_user.account_id, payout_id=payout_id)
    entries = ledger.entries_of(f"payout:{payout_id}")
    names = words.owner_names((leg.owner for entry in entries for leg in entry.legs), me=me())
    return render_template(f"{FOLDER}/payout.html", payout=found, booked=entries, names=names, way=way(), **words.WORDS)


def trail_context(trail: queries.Trail, viewer: str) -> dict[str, object]:
    """What the page of an order in the books shows: all to its parties, to others what is theirs."""
    is_party = not viewer or queries.is_party(trail, viewer)
    seen = [(entry, policies.seen(entry.legs, None if is_party else viewer)) for entry in trail.entries]
    split = [line for line in trail.split if is_party or line.owner == viewer]
    owners = {line.owner for line in split} | {leg.owner for _entry, legs in seen for leg in legs.shown}
    return {
        "trail": trail,
        "split": split,
        "booked": [(entry, legs) for entry, legs in seen if legs.shown],
        "names": words.owner_names(owners, me=viewer),
        **words.WORDS,
    }
