"""A member's tickets, and the calendar of what they registered for."""

from __future__ import annotations

from uuid import UUID

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.community.gatherings import queries, services
from hubapp.community.gatherings.models import Seat
from hubapp.community.gatherings.views import cards
from hubapp.kernel import clock
from hubapp.people.membership import queries as membership
from hubapp.people.membership.qr import qr_svg
from hubapp.people.membership.views import guards
from hubapp.web import access, areas

pages = cards.guard(areas.hub_blueprint("tickets", __name__))


@pages.get("/me/tickets")
@access.requires()
def index() -> ResponseReturnValue:
    """What I registered for; `?when=past` what was."""
    is_past = request.args.get("when") == "past"
    found = queries.mine(current_user.account_id, now=clock.now(), is_past=is_past)
    secret = queries.feed_of(current_user.account_id)
    return render_template(
        "community/gatherings/tickets.html",
        mine=found,
        is_past=is_past,
        as_of=clock.now(),
        code_of=lambda code: qr_svg(_address(url_for(".scanned", ticket_code=code))),
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
    found = queries.mine(owner, now=clock.now(), limit=queries.MOST_IN_FEED)
    linked: list[UUID] = [one.gathering.id for one in found if one.registration.status == Seat.CONFIRMED]
    answer = cards.calendar_file([one.gathering for one in found], linked=linked, name=areas.current_hub().name)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@pages.get("/ticket/<ticket_code>")
@access.requires()
def scanned(ticket_code: str) -> ResponseReturnValue:
    """What a ticket's QR code leads to with any camera: the door for who checks people in, one's tickets otherwise."""
    found = queries.gathering_of_code(ticket_code) if access.may("events.manage") else None
    if found is None:
        return redirect(url_for(".index"), 303)
    return redirect(url_for("checkin.door", gathering_id=found, code=ticket_code), 303)


def _address(path: str) -> str:
    root = areas.found().prefix or ""
    return str(current_app.addresses.hub(areas.current_hub().slug, path.removeprefix(root)))  # type: ignore[attr-defined]
