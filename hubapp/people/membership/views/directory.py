"""The list of members, for members; visitors see how many there are."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hubapp.people.membership import queries
from hubapp.people.membership.queries import MemberView
from hubapp.people.membership.views import guards
from hubapp.web import access, areas

PAGE = 30
blueprint = areas.hub_blueprint("members", __name__)


@blueprint.get("/members")
def index() -> ResponseReturnValue:
    """Members by name, the newest first."""
    if guards.reader() is None or not is_shared():
        return render_template("people/membership/count.html", is_member=guards.reader() is not None)
    search = request.args.get("q", "").strip()
    found = queries.directory(search=search, after=read_key(request.args.get("after", "")), limit=PAGE + 1)
    return render_template(
        "people/membership/directory.html",
        people=found[:PAGE],
        search=search,
        next_url=next_url(found, "members.index"),
    )


@blueprint.get("/members/@<handle>")
@access.requires()
def show(handle: str) -> ResponseReturnValue:
    """One member, for members."""
    viewer = guards.reader_or_403()
    person = viewer if handle == viewer.handle else queries.member_by_handle(handle)
    if person is None or not (person.id == viewer.id or _is_shown(person, viewer)):
        abort(404)
    return render_template(
        "people/membership/profile.html",
        person=person,
        is_me=person.id == viewer.id,
        may_report=viewer.is_active,
        may_moderate=viewer.may("moderation.view"),
    )


def _is_shown(person: MemberView, viewer: MemberView) -> bool:
    if person.hidden_reason is not None:
        return viewer.may("moderation.view")
    return (person.is_listed and is_shared()) or person.role is not None


def is_shared() -> bool:
    """Whether this hub lets members see one another."""
    return bool(areas.current_hub().features.get("members_directory", True))


def read_key(text: str) -> tuple[datetime, uuid.UUID] | None:
    """Where the next page starts, from the address; nonsense starts at the top."""
    moment, _, key = text.partition("_")
    try:
        at = datetime.fromisoformat(moment)
        return (at, uuid.UUID(key)) if at.tzinfo else None
    except ValueError:
        return None


def next_url(found: list[MemberView], endpoint: str) -> str:
    """The address of the next page, if there is one more row than a page holds."""
    if len(found) <= PAGE:
        return ""
    last = found[PAGE - 1]
    key = f"{last.joined_at.isoformat()}_{last.id}"
    return url_for(endpoint, after=key, q=request.args.get("q") or None)
