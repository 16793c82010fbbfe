"""The feed for feed readers: of an open hub for everybody, else under an address that is one member's own."""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeSerializer

from hubapp.community.conversations import queries
from hubapp.community.conversations.views import reading, shown
from hubapp.community.conversations.views.blueprint import pages
from hubapp.community.conversations.views.reading import Reader
from hubapp.kernel import clock
from hubapp.people.membership import queries as membership
from hubapp.web import areas

NEWEST = 30


@pages.get("/feed.atom")
def atom() -> ResponseReturnValue:
    """The newest posts. A feed reader knows no cookies, so that a closed hub asks for the address's signature."""
    reader = reading.reader()
    if not reader.may_read and not _is_members(request.args.get("key", "")):
        abort(403)
    rows = queries.newest(limit=NEWEST)
    hub = areas.current_hub()
    page = render_template(
        "community/conversations/feed.xml",
        # As a stranger reads it: a reader shows it to whoever looks over a shoulder.
        cards=shown.posts(rows, Reader(None, None), is_whole=True),
        updated=max((row.edited_at or row.created_at for row in rows), default=clock.now()),
        root=current_app.addresses.hub(hub.slug, ""),  # type: ignore[attr-defined]
        zone="Z",
    )
    response = Response(page, mimetype="application/atom+xml")
    response.headers["Cache-Control"] = "private, max-age=300"
    return response


def key_of(reader: Reader) -> str | None:
    """What a member's own address of the feed carries; none where everybody may read."""
    if reader.member is None or reading.is_open():
        return None
    return str(_signer().dumps([areas.current_hub().id, str(reader.member.account_id)]))


def _is_members(text: str) -> bool:
    """Whether this key was made here for somebody who still belongs here."""
    try:
        hub_id, account = _signer().loads(text)
        found = membership.member(UUID(account)) if hub_id == areas.current_hub().id else None
    except (BadSignature, ValueError, TypeError, AttributeError):
        return False
    return found is not None and found.is_active


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="hubapp.feed")
