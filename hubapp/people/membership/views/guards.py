"""Who is asking, as a member of the current hub."""

from __future__ import annotations

from flask import Flask, Response, abort, g, request
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.people.membership import errors, queries
from hubapp.people.membership.queries import MemberView, StandIn
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor
from hubapp.web import areas, request_scope
from hubapp.web.request_scope import FIRST_ERROR

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
REDIRECTS = range(300, 400)


def me() -> MemberView | None:
    """The visitor's active membership here; asked once per request."""
    if not current_user.is_authenticated:
        return None
    found = _member()
    return found if found is not None and found.is_active else None


def known(member: MemberView | None) -> MemberView | None:
    """What a page learned of the visitor's membership along with other things, so that nobody asks again."""
    request_scope.remember("membership", member)
    return me()


def _member() -> MemberView | None:
    return request_scope.once("membership", lambda: queries.member(current_user.account_id))


def is_signed_in() -> bool:
    """Whether the person asking has an account, here or elsewhere."""
    return bool(current_user.is_authenticated)


def reader() -> MemberView | None:
    """The visitor's membership if they may read here: active, or suspended."""
    found = me()
    if found is None and current_user.is_authenticated:
        known_here = _member()
        found = known_here if known_here is not None and known_here.is_suspended else None
    return found


def suspended() -> MemberView | None:
    """The visitor's membership while it is suspended: pages say so where there would be something to do."""
    found = reader()
    return found if found is not None and found.is_suspended else None


def reader_or_403() -> MemberView:
    """The membership of somebody who may read here, or 403."""
    found = reader()
    if found is None:
        abort(403)
    return found


def member_or_403() -> MemberView:
    """The membership, or 403 for an account that is no member here; the suspended are told so."""
    found = me()
    if found is None:
        refuse_suspended()
        abort(403)
    return found


def refuse_suspended() -> None:
    """Say so to whoever is suspended here. Refuses with MembershipSuspended."""
    person = suspended()
    if person is not None:
        raise errors.MembershipSuspended(until=person.suspended_until, reason=person.suspended_reason)


def actor() -> Actor:
    """The person asking, for the audit log."""
    found = me()
    return Actor(current_user.account_id, found.display_name if found else current_user.name)


def may(permission: str) -> bool:
    """Whether the person asking may do this here; what `@requires` calls. Always asks the database."""
    if queries.has(current_user.account_id, permission):
        return True
    if not current_user.is_central:
        return False
    # Not what this request read before: a connector may have come since.
    found = queries.stand_in(queries.member(current_user.account_id))
    if found is None or not found.may(permission):
        return False
    g.stood_in = permission
    return True


def stand_in() -> StandIn | None:
    """The rights of the person asking if they are of the central team and nobody looks after this hub."""
    if not current_user.is_authenticated or not current_user.is_central:
        return None
    return request_scope.once("stand_in", lambda: queries.stand_in(_member()))


def team_member() -> MemberView | StandIn | None:
    """Who works at the hub's desk: a member with a role, or the core where there is no connector."""
    core = stand_in()
    if core is not None:
        return core
    found = me()
    return found if found is not None and found.may("hub.manage") else None


def team_member_or_403() -> MemberView | StandIn:
    """The same, or 403."""
    found = team_member()
    if found is None:
        refuse_suspended()
        abort(403)
    return found


def install(app: Flask) -> None:
    """Write down each act by a right of the core, beside what the act itself notes; after the request scope."""

    @app.after_request
    def note(response: Response) -> Response:
        permission = g.get("stood_in")
        # What was done leads on, or answers a phone in JSON; a page in answer to a form is a preview.
        is_done = response.status_code in REDIRECTS or (response.is_json and response.status_code < FIRST_ERROR)
        if permission and request.method not in SAFE and is_done:
            audit.record(
                actor=actor(),
                action="core.stand_in",
                hub_id=areas.found().hub_id,
                subject=request.path,
                details={"permission": permission},
                now=clock.now(),
            )
        return response


def is_member() -> bool:
    """Whether the person asking belongs to this hub."""
    return me() is not None


def has_a_role() -> bool:
    """Whether the person asking helps to run this hub."""
    return team_member() is not None
