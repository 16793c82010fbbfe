"""Search over everything in a hub, and over what hubs have open on the network's own site; results come as one types.

The same address answers a whole page, its results alone, or (`fast`) a few of them for the dialog that `/` opens.
"""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from hubapp.community.conversations import queries as conversations
from hubapp.home import network_searching, presentation, searching
from hubapp.home.hits import Outcome
from hubapp.kernel import clock, folding, searchable
from hubapp.people.accounts import policies
from hubapp.people.accounts.errors import TooManyAttempts
from hubapp.people.accounts.services import throttle
from hubapp.people.membership.views import guards
from hubapp.web import areas, request_scope
from hubapp.web.htmx import htmx

EVERYTHING = "all"
FAST = 2

blueprint = areas.hub_blueprint("search", __name__)
network_blueprint = areas.central_blueprint("network_search", __name__)


@blueprint.get("/search")
def search() -> ResponseReturnValue:
    """What this hub has of some words, for whoever asks."""
    site = presentation.site()
    if site is None:
        abort(404)
    typed, words = _typed()
    reader = guards.reader()
    open_areas = searching.areas_of(site, reader)
    area = _area(open_areas)
    outcome = Outcome()
    if words:
        asked = searching.Asked(typed, words, site, reader, clock.now())
        if area == EVERYTHING:
            outcome = searching.everywhere(asked, open_areas)
        else:
            outcome = searching.within(asked, area, after=searchable.key_of(request.args.get("after", "")))
    labels = searching.labels(site)
    context = _context(typed, words, area, outcome, [(key, *labels[key]) for key in open_areas])
    if not words and not htmx:
        context["topics"] = conversations.topics() if "conversations" in open_areas else ()
    context["elsewhere"] = current_app.addresses.central("/search")  # type: ignore[attr-defined]
    return _answer("home/search/index.html", context)


@network_blueprint.get("/search")
def network() -> ResponseReturnValue:
    """What all hubs have open of some words."""
    typed, words = _typed()
    area = _area(network_searching.AREAS)
    outcome = Outcome()
    if words:
        asked = network_searching.Asked(typed, words, presentation.language(), clock.now())
        if area == EVERYTHING:
            outcome = network_searching.everywhere(asked, network_searching.AREAS)
        else:
            outcome = network_searching.within(asked, area, after=request.args.get("after", "")[:120])
    labels = network_searching.labels()
    shown = [(key, *labels[key]) for key in network_searching.AREAS]
    return _answer("home/search/network.html", _context(typed, words, area, outcome, shown))


def _typed() -> tuple[str, tuple[str, ...]]:
    """What was typed, and its words; each search counts, so that nobody searches all day long by machine."""
    typed = " ".join(request.args.get("q", "")[: folding.LONGEST_TYPED].replace("\x00", " ").split())
    words = folding.words_in(typed)
    if words:
        _count()
    return typed, words


def _count() -> None:
    kind, subject = "search network", policies.network_of(request.remote_addr or "")
    if current_user.is_authenticated:
        kind, subject = "search account", str(current_user.account_id)
    try:
        throttle.limit(kind=kind, subject=subject, now=clock.wall())
    except TooManyAttempts:
        request_scope.keep()
        raise


def _area(known: tuple[str, ...]) -> str:
    """The area that was asked for; one that is unknown, switched off or closed to this reader is everything."""
    wanted = request.args.get("in", EVERYTHING)
    return wanted if wanted in known else EVERYTHING


def _context(
    typed: str, words: tuple[str, ...], area: str, outcome: Outcome, shown: list[tuple[str, str, str]]
) -> dict[str, Any]:
    return {"typed": typed, "words": words, "area": area, "outcome": outcome, "areas": shown, "fast": FAST}


def _answer(page: str, context: dict[str, Any]) -> str:
    if not htmx:
        return render_template(page, **context)
    part = "home/search/_fast.html" if "fast" in request.args else "home/search/_found.html"
    return render_template(part, is_fragment=True, **context)
