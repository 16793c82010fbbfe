"""Which link brought this visitor: kept in a signed cookie until they sign in and the database can remember it.

Not in the session, which signing in empties on purpose: nothing planted there before may survive.
"""

from __future__ import annotations

from datetime import datetime

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from hubapp.people.membership import policies
from hubapp.people.membership.invite_queries import Touch


def remember(*, hub_id: int, code: str, channel: str, at: datetime) -> None:
    """Note that the visitor came through a code; a later one replaces it."""
    value = _signer().dumps([hub_id, code, policies.clean_channel(channel), at.isoformat()])

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            _name(hub_id),
            str(value),
            max_age=policies.TOUCH_LASTS,
            secure=current_app.addresses.scheme == "https",  # type: ignore[attr-defined]
            httponly=True,
            samesite="Lax",
        )
        return response


def current(hub_id: int) -> Touch | None:
    """How the visitor came here, if by a link that the database does not know of yet; orders and joining ask for it."""
    kept = request.cookies.get(_name(hub_id))
    if not kept:
        return None
    try:
        owner, code, channel, at = _signer().loads(kept)
        return Touch(code, channel, datetime.fromisoformat(at)) if owner == hub_id else None
    except (BadSignature, ValueError, TypeError):
        return None


def forget(hub_id: int) -> None:
    """The database has it now."""

    @after_this_request
    def drop(response: Response) -> Response:
        response.delete_cookie(_name(hub_id))
        return response


def _name(hub_id: int) -> str:
    # Hubs in the path form share a host, and with it their cookies.
    return f"came-{hub_id}"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="hubapp.touch")
