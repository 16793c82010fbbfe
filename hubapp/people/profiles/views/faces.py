"""Photos of members: their address for whoever looks at a page, and their files."""

from __future__ import annotations

from flask import Response, abort, current_app, request
from flask.typing import ResponseReturnValue

from hubapp.kernel import files
from hubapp.kernel.files import NoSuchFile
from hubapp.people.membership import queries as membership
from hubapp.people.membership.models import MemberStatus, Role
from hubapp.people.membership.queries import MemberView
from hubapp.people.membership.views import guards
from hubapp.people.profiles import policies, portraits
from hubapp.web import areas

blueprint = areas.hub_blueprint("faces", __name__)
KEPT_SECONDS = 86_400
_SIDES = dict(zip(("", "lg", "xl"), policies.PORTRAIT_SIDES, strict=True))


@blueprint.app_template_global("face")
def face(person: MemberView | None, size: str = "") -> str:
    """The address of somebody's photo as an avatar of this size, for the person asking; '' where initials stand."""
    # Pages of the network that show a hub's people are on another site, which has no hub's files.
    if person is None or person.portrait is None or not areas.in_hub() or not _is_shown(person):
        return ""
    return f"{request.script_root}/faces/{person.portrait}-{_SIDES.get(size, _SIDES[''])}.webp"


def mine() -> str:
    """One's own, for the menu of one's account; its page has asked for the membership already."""
    return face(guards.reader())


@blueprint.get("/faces/<string(length=8):portrait>-<int:side>.webp")
def show(portrait: str, side: int) -> ResponseReturnValue:
    """A photo's file, as long as it is somebody's here whose photo the person asking may see."""
    person = membership.member_by_portrait(portrait) if side in policies.PORTRAIT_SIDES else None
    if person is None or not _is_shown(person):
        abort(404)
    try:
        content = files.opened(current_app.extensions["hubapp.settings"]).get(
            portraits.key_of(portrait=portrait, side=side)
        )
    except NoSuchFile:
        abort(404)
    response = Response(content, mimetype="image/webp")
    response.headers["Cache-Control"] = f"private, max-age={KEPT_SECONDS}, immutable"
    return response


def _is_shown(person: MemberView) -> bool:
    """Who sees somebody's name sees their photo, unless it is for fewer, or the hub took their page out of sight."""
    if person.status == MemberStatus.LEFT:
        return False
    if person.portrait_for == policies.EVERYBODY and person.hidden_reason is None:
        return True
    viewer = guards.reader()
    is_self = viewer is not None and viewer.id == person.id
    if person.hidden_reason is not None and not is_self:
        return viewer is not None and viewer.may("moderation.view")
    return person.portrait_for in policies.seen_by(
        is_self=is_self,
        is_member=viewer is not None,
        is_connector=viewer is not None and viewer.role == Role.CONNECTOR,
        # Where somebody is named to whom they blocked, they have a face as well: a gap would tell.
        is_blocked=False,
    )
