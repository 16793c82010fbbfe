"""A member's tickets, and the calendar of what they registered for."""

from __future__ import annotations

from uuid import UUID

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from hubapp.community.gatherings import queries, registered, services
from hubapp.community.gatherings.models import Seat
from hubapp.community.gatherings.views import cards
from hubapp.community.gatherings.views.events import key_of, key_text
from hubapp.kernel import clock
from hubapp.people.membership import queries as membership
from hubapp.people.membership.qr import qr_svg
from hubapp.people.membership.views import guards
from hubapp.web import access, areas

pages = cards.guard(areas.hub_blueprint("tickets", __name__))


@pages.get("/me/tickets")
@access.requires()
def index() -> ResponseReturnValue:
    """What I registered for, the next first; `?when=past` what was, the last first."""
    is_past, key, now = request.args.get("when") == "past", key_of(request.args.get("after", "")), clock.now()
    page = registered.page(current_user.account_id, now=now, after=key, is_past=is_past)
    secret, when = queries.feed_of(current_user.account_id), "past" if is_past else None
    return render_template(
        "community/gatherings/tickets.html",
        mine=page.mine,
        is_past=is_past,
        is_first=key is None,
        first_url=url_for(".index", when=when),
        next_url=url_for(".index", when=when, after=key_text(page.next_key)) if page.next_key else "",
        as_of=now,
        code_of=_code,
        feed=_address(url_for(".calendar", feed_key=secret)) if secret else "",
    )


@pages.post("/me/tickets/calendar")
@access.requires()
def make_calendar() -> ResponseReturnValue:
    """A new secret address for one's calendar; the old one shows nothing any more."""
    guards.member_or_403()
    services.make_feed(account_id=current_user.account_id, now=clock.now())
    flash(_("This is the new address of your calendar. Keep it to yourself."), "good")
    return redirect(url_for(".index", _anchor="calendar"), 303)


@pages.get("/calendar/<feed_key>.ics")
def calendar(feed_key: str) -> ResponseReturnValue:
    """What the owner of this secret registered for, with the online addresses; calendars cannot sign in."""
    owner = queries.owner_of_feed(feed_key)
    member = membership.member(owner) if owner is not None else None
    if owner is None or member is None or not member.is_active:
        abort(404)
    found = registered.page(owner, now=clock.now(), limit=queries.MOST_IN_FEED).mine
    linked: list[UUID] = [one.gathering.id for one in found if one.registration.status == Seat.CONFIRMED]
    answer = cards.calendar_file([one.gathering for one in found], linked=linked, name=areas.current_hub().name)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@pages.get("/ticket/<ticket_code>")
@access.requires()
def scanned(ticket_code: str) -> ResponseReturnValue:
    """A ticket of one's own; with any camera its code leads whoever checks people in to the door, others to theirs."""
    now, mine = clock.now(), registered.ticket_of(current_user.account_id, ticket_code)
    if mine is not None:
        return render_template(
            "community/gatherings/ticket.html",
            one=mine,
            ticket=mine.tickets[0],
            is_past=mine.gathering.ends_at <= now,
            as_of=now,
            code_of=_code,
            may_check_in=access.may("events.manage"),
        )
    found = queries.gathering_of_code(ticket_code) if access.may("events.manage") else None
    if found is None:
        return redirect(url_for(".index"), 303)
    return redirect(url_for("checkin.door", gathering_id=found, code=ticket_code), 303)


def _code(ticket_code: str) -> Markup:
    return qr_svg(_address(url_for("tickets.scanned", ticket_code=ticket_code)))


def _address(path: str) -> str:
    root = areas.found().prefix or ""
    return str(current_app.addresses.hub(areas.current_hub().slug, path.removeprefix(root)))  # type: ignore[attr-defined]
