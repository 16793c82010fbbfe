"""One's own and one's group's volume between closes, and the group as a tree, level by level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from hubapp.earnings.compensation import live_queries, participant_queries, policies, volume_queries
from hubapp.earnings.compensation.live_queries import Running
from hubapp.earnings.compensation.participant_queries import PAGE, Person
from hubapp.earnings.compensation.plans.live import NOTHING
from hubapp.earnings.compensation.plans.paid_as import PaidAs, as_customers
from hubapp.earnings.compensation.plans.schema import HUBS
from hubapp.earnings.compensation.plans.words import components, pieces
from hubapp.earnings.compensation.plans.words.speech import IN_POINTS
from hubapp.earnings.compensation.views import naming
from hubapp.kernel import clock
from hubapp.kernel.money import Money
from hubapp.web import access, areas
from hubapp.web.htmx import htmx

CRUMBS = 6  # however deep somebody stands

blueprint = areas.hub_blueprint("group", __name__)


@dataclass(frozen=True, slots=True)
class Node:
    """Somebody of a level: what they are called, and their group's volume; None where it would show a purchase."""

    person: Person
    name: str
    group: int | None
    part: int | None  # of the volume of whom they stand under, in hundredths


@blueprint.get("/me/group")
@access.requires()
def index() -> ResponseReturnValue:
    """Where one stands now, and the first level."""
    me = participant_queries.person(current_user.account_id)
    if me is None:
        return redirect(url_for("programme.index"), 303)
    currency = areas.current_hub().currency
    running = live_queries.running(currency, clock.now())
    return render_template(
        "earnings/compensation/group.html",
        me=me,
        running=running,
        currency=currency,
        money=Money,
        **(_standing(me, running, currency) if running else {}),
        **_level(me, running, currency),
    )


@blueprint.get("/me/group/<uuid:participant_id>")
@access.requires()
def under(participant_id: UUID) -> ResponseReturnValue:
    """Who stands under somebody of one's own group: a fragment of the tree, or a page of its own."""
    me = participant_queries.person(current_user.account_id)
    path = participant_queries.upline(participant_id, top=current_user.account_id)
    person = participant_queries.person(participant_id)
    if me is None or person is None or me.account_id not in path:
        abort(404)
    currency = areas.current_hub().currency
    level = _level(person, live_queries.running(currency, clock.now()), currency)
    if htmx:
        # Further people come beside those who are there, not under them.
        fragment = "_rows" if level["takes_focus"] else "_level"
        return render_template(f"earnings/compensation/{fragment}.html", currency=currency, money=Money, **level)
    way = path[1 : path.index(me.account_id) + 1]
    way = way if len(way) <= CRUMBS else [*way[: CRUMBS - 1], way[-1]]
    above = participant_queries.people(way)
    names = naming.names([person, *above])
    by_id = {one.account_id: one for one in above}
    trail = [by_id[one] for one in reversed(way)]
    return render_template(
        "earnings/compensation/under.html",
        me=me,
        person=person,
        title=names[person.account_id],
        trail=[(one, names[one.account_id]) for one in trail],
        currency=currency,
        money=Money,
        **level,
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where one stands with a component, what it is called, and what is missing as customers, own or of hubs."""

    paid: PaidAs
    title: str
    more_customers: int | None
    in_points: bool
    in_hubs: bool
    steps: int


def _standing(me: Person, running: Running, currency: str) -> dict[str, Any]:
    found = live_queries.standing_of(me.account_id, running, currency)
    places = []
    for one in found.paid_as:
        more = as_customers(one.step, found.own, found.held) if one.step is not None else None
        in_points = one.step is not None and one.step.volume in IN_POINTS
        in_hubs = one.step is not None and one.step.volume in HUBS
        places.append(Place(one, components.title(one.type), more, in_points, in_hubs, one.most_steps))
    return {
        "volumes": found.volumes,
        "own": found.own,
        "places": places,
        "why_words": pieces.reason_now,
        "has_points": any(place.in_points for place in places),
    }


def _level(person: Person, running: Running | None, currency: str) -> dict[str, Any]:
    after = _after()
    people = participant_queries.frontline(person.account_id, after=after, limit=PAGE + 1)
    shown = people[:PAGE]
    names = naming.names(shown)
    first = running.span.first if running else None
    ids = [one.account_id for one in (*shown, person)]
    volumes = volume_queries.volumes_of(ids, currency, first) if first else {}
    groups = {one: volumes.get(one, NOTHING).gv for one in ids}
    told = _told(shown, groups, running, currency)
    whole = max(1, groups[person.account_id])
    return {
        "nodes": [
            Node(
                one,
                names[one.account_id],
                groups[one.account_id] if one.account_id in told else None,
                min(100, max(0, groups[one.account_id]) * 100 // whole) if one.account_id in told else None,
            )
            for one in shown
        ],
        "is_kept_back": len(told) < len(shown),
        "of": person,
        "size": participant_queries.sizes([person.account_id]).get(person.account_id, participant_queries.NOBODY),
        "group": groups[person.account_id],
        "next_after": shown[-1].account_id if len(people) > PAGE else None,
        "takes_focus": after is not None,
    }


def _told(shown: list[Person], groups: dict[UUID, int], running: Running | None, currency: str) -> set[UUID]:
    alone = [one.account_id for one in shown if not one.people and groups[one.account_id]]
    customers = live_queries.customers_of(alone, running, currency) if running else {}
    return policies.told({one.account_id: groups[one.account_id] for one in shown}, customers)


def _after() -> UUID | None:
    try:
        return UUID(request.args.get("after", ""))
    except ValueError:
        return None
