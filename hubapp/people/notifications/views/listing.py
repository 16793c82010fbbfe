"""`/notifications`: what happened since one last looked, the unread first."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from flask import abort, current_app, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.people.notifications import kinds, queries, services, wording
from hubapp.people.notifications.models import Notice
from hubapp.people.notifications.views.blueprint import both, hub_id, url
from hubapp.tenancy import queries as tenancy
from hubapp.web import access, areas
from hubapp.web.htmx import htmx
from hubapp.web.redirects import safe_path

ICONS = {
    "conversations": "messages-square",
    "gatherings": "calendar-days",
    "members": "users",
    "market": "store",
    "hub": "megaphone",
    "network": "network",
    "rules": "scale",
    "money": "banknote",
    "security": "shield-check",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One notice as the list shows it."""

    id: uuid.UUID
    title: str
    detail: str
    at: datetime
    is_unread: bool
    icon: str
    actor: str
    hub_name: str
    can_mute: bool


@both("/notifications")
@access.requires()
def index() -> ResponseReturnValue:
    """A page of them."""
    return _page()


def _page() -> str:
    page = queries.notices(current_user.account_id, after=_key(request.args.get("after", "")))
    following = ""
    if page.after is not None:
        stage, at, last = page.after
        following = f"{url('/notifications')}?after={stage}_{at.isoformat().replace('+', '%2B')}_{last}"
    template = "people/notifications/_list.html" if htmx else "people/notifications/index.html"
    return render_template(
        template,
        unread=[_line(one) for one in page.unread],
        read=[_line(one) for one in page.read],
        next_url=following,
        place=request.args.get("after", ""),
    )


def _key(text: str) -> tuple[str, datetime, uuid.UUID] | None:
    """Where the page begins, from the address; nonsense begins at the top."""
    stage, _, rest = text.partition("_")
    moment, _, last = rest.partition("_")
    try:
        at = datetime.fromisoformat(moment)
        return (stage, at, uuid.UUID(last)) if at.tzinfo and stage in {"unread", "read"} else None
    except ValueError:
        return None


def _line(notice: Notice) -> Line:
    kind = kinds.kind(notice.kind)
    words = wording.say(wording.item(notice))
    is_central = hub_id() is None
    return Line(
        id=notice.id,
        title=words.title,
        detail=words.detail,
        at=notice.at,
        is_unread=notice.read_at is None,
        icon=ICONS[kind.group],
        actor=str(notice.actors[0][1]) if notice.actors else "",
        hub_name=tenancy.hub_view(notice.hub_id).name if is_central and notice.hub_id is not None else "",
        can_mute=not kind.always and notice.hub_id is not None,
    )


@both("/notifications/<uuid:notice_id>")
@access.requires()
def follow(notice_id: uuid.UUID) -> ResponseReturnValue:
    """Mark it read and go where it leads: a page of its hub, whose address is made here and taken from nobody."""
    notice = _own(notice_id)
    services.read(account_id=current_user.account_id, notice_id=notice_id, now=clock.now())
    path = safe_path(notice.path)
    if hub_id() is not None:
        return redirect(url(path), 303)
    site: areas.HubFlask = current_app  # type: ignore[assignment]
    if notice.hub_id is None:
        return redirect(site.addresses.central(path), 303)
    return redirect(site.addresses.hub(tenancy.hub_view(notice.hub_id).slug, path), 303)


def _own(notice_id: uuid.UUID) -> Notice:
    """One of the reader's notices on this site, or 404."""
    notice = queries.notice(current_user.account_id, notice_id)
    if notice is None:
        abort(404)
    return notice


@both("/notifications/read", "POST")
@access.requires()
def all_read() -> ResponseReturnValue:
    """All of them are read."""
    services.read(account_id=current_user.account_id, now=clock.now())
    return _again()


@both("/notifications/<uuid:notice_id>/read", "POST")
@access.requires()
def one_read(notice_id: uuid.UUID) -> ResponseReturnValue:
    """One of them is read."""
    _own(notice_id)
    services.read(account_id=current_user.account_id, notice_id=notice_id, now=clock.now())
    return _again()


@both("/notifications/<uuid:notice_id>/mute", "POST")
@access.requires()
def mute_thing(notice_id: uuid.UUID) -> ResponseReturnValue:
    """Nothing more about the thing that a notice is about."""
    notice = _own(notice_id)
    if notice.hub_id is None or kinds.kind(notice.kind).always:
        abort(404)
    services.mute(account_id=current_user.account_id, hub_id=notice.hub_id, about=notice.about, now=clock.now())
    services.read(account_id=current_user.account_id, notice_id=notice_id, now=clock.now())
    if not htmx:
        flash(_("You will hear no more about this."), "good")
    return _again()


def _again() -> ResponseReturnValue:
    if htmx:
        return _page()
    place = request.args.get("after", "")
    return redirect(url("/notifications") + (f"?after={place.replace('+', '%2B')}" if _key(place) else ""), 303)
