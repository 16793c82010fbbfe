"""The list of members and one of them, as far as each viewer may see."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.kernel import folding, searchable
from hubapp.kernel.searchable import Found
from hubapp.people.membership import queries as membership
from hubapp.people.membership.finding import in_order
from hubapp.people.membership.models import Role
from hubapp.people.membership.queries import MemberView
from hubapp.people.membership.views import guards
from hubapp.people.membership.views.directory import PAGE, is_shared, next_url, read_key
from hubapp.people.profiles import finding, policies, queries
from hubapp.web import access, areas

blueprint = areas.hub_blueprint("members", __name__)


@blueprint.get("/members")
def index() -> ResponseReturnValue:
    """Members by what they are called, offer, seek and know; the newest first."""
    viewer = guards.reader()
    if viewer is None or not is_shared():
        return render_template("people/membership/count.html", is_member=viewer is not None)
    seen = _seen(viewer, None)
    search, kind = request.args.get("q", "").strip()[: folding.LONGEST_TYPED], request.args.get("kind", "")
    kind = kind if kind in policies.TAGS else ""
    asked: dict[str, Any] = {"viewer_id": viewer.account_id, "seen": seen, "kind": kind}
    people, following = _searched(search, asked) if search else _listed(asked)
    return render_template(
        "people/profiles/directory.html",
        people=people,
        tags=queries.tags_of([person.id for person in people], seen=seen),
        search=search,
        kind=kind,
        kinds=[(key, words) for key, words in words_of_kinds().items() if key != "languages"],
        words=words_of_kinds(),
        next_url=following,
    )


def _listed(asked: dict[str, Any]) -> tuple[list[MemberView], str]:
    """A page of everybody, and the address of the next."""
    found = queries.directory(**asked, after=read_key(request.args.get("after", "")), limit=PAGE + 1)
    return found[:PAGE], next_url(found, "members.index")


def _searched(search: str, asked: dict[str, Any]) -> tuple[list[MemberView], str]:
    """What the hub's search finds among members, and the address of the next page."""
    words, begin = folding.words_in(search), request.args.get("after", "")
    after, before = searchable.key_of(begin), read_key(begin)
    if before is not None:  # addresses that were made before say when the last one joined
        # Of one kind of tag no name is asked: all of them are of the second rank.
        after = Found(1 if asked["kind"] else 0, before[1], before[0])
    found = finding.found(words, **asked, after=after, limit=PAGE + 1) if words else []
    people = in_order([one.id for one in found[:PAGE]])
    if len(found) <= PAGE:
        return people, ""
    key = searchable.key_text(found[PAGE - 1])
    return people, url_for("members.index", after=key, q=search, kind=asked["kind"] or None)


@blueprint.get("/members/@<handle>")
def show(handle: str) -> ResponseReturnValue:
    """One member: for members, and for whoever comes by what is meant for everybody."""
    viewer, person = guards.reader(), membership.member_by_handle(handle)
    if person is None and viewer is not None and viewer.handle == handle:
        person = viewer  # suspended: out of sight for others, not for themselves
    if person is None:
        return _refused(viewer)
    is_blocked = viewer is not None and queries.has_blocked(person.account_id, viewer.account_id)
    told = queries.told(person.id, seen=_seen(viewer, person, is_blocked=is_blocked))
    if not _may_open(viewer, person, is_blocked=is_blocked, is_empty=told.is_empty):
        return _refused(viewer)
    is_me = viewer is not None and viewer.id == person.id
    return render_template(
        "people/profiles/show.html",
        person=person,
        told=told,
        words=words_of_kinds(),
        is_me=is_me,
        is_member=viewer is not None,
        is_active=viewer is not None and viewer.is_active,
        may_moderate=viewer is not None and viewer.may("moderation.view"),
        has_blocked=viewer is not None and not is_me and queries.has_blocked(viewer.account_id, person.account_id),
        may_write=viewer is not None and viewer.is_active and not is_me and not is_blocked and told.takes_messages,
        shown_link=policies.shown_link,
        back=url_for("members.index"),
    )


def _seen(viewer: MemberView | None, person: MemberView | None, *, is_blocked: bool = False) -> tuple[str, ...]:
    return policies.seen_by(
        is_self=viewer is not None and person is not None and viewer.id == person.id,
        is_member=viewer is not None,
        is_connector=viewer is not None and viewer.role == Role.CONNECTOR,
        is_blocked=is_blocked,
    )


def _may_open(viewer: MemberView | None, person: MemberView, *, is_blocked: bool, is_empty: bool) -> bool:
    """Who helps to run the hub can be found by all its members, whatever they have chosen."""
    if viewer is None:
        return person.is_listed and is_shared() and person.hidden_reason is None and not is_empty
    if viewer.id == person.id:
        return True
    if person.hidden_reason is not None:
        return viewer.may("moderation.view")
    if person.role is not None:
        return True
    return person.is_listed and is_shared() and not is_blocked


def _refused(viewer: MemberView | None) -> ResponseReturnValue:
    """The same answer whether there is nobody, or nobody whom this viewer may see."""
    if viewer is not None:
        abort(404)
    return access.to_sign_in() if not guards.is_signed_in() else abort(403)


def words_of_kinds() -> dict[str, str]:
    """Kind of tag → its word."""
    return {"offers": _("Offers"), "seeks": _("Seeks"), "knows": _("Knows"), "languages": _("Speaks")}
