"""Whose draft it is: a member's own, or a visitor's by a secret in a cookie, until they sign in and it is theirs."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response, after_this_request, current_app, g, request
from flask_login import current_user

from hubapp.community.conversations import queries, services
from hubapp.community.conversations.services.drafts import ACCOUNT, VISITOR
from hubapp.kernel import clock, ids
from hubapp.people.accounts.services import throttle
from hubapp.web import areas

KEPT = timedelta(days=2)
FIELDS = ("title", "body_md", "topic", "question", "options", "days", "reply_to")
LONGEST = 20_000


def keep(place: str) -> None:
    """Save what this form holds. Visitors are counted, so that nobody fills the hub's tables unseen."""
    content: dict[str, Any] = {name: request.form.get(name, "")[:LONGEST] for name in FIELDS}
    content["is_multiple"] = "is_multiple" in request.form
    if not current_user.is_authenticated:
        throttle.limit(kind="draft network", subject=request.remote_addr or "", now=clock.wall())
    services.save_draft(owner=_owner(), place=place, content=content, now=clock.wall())


def resumed(place: str) -> dict[str, Any]:
    """What was begun here, by this member or by the visitor they were a moment ago."""
    if current_user.is_authenticated:
        _take_over(current_user.account_id)
        return queries.draft(owner=f"{ACCOUNT}{current_user.account_id}", place=place)
    secret = request.cookies.get(_name())
    return queries.draft(owner=_digest(secret), place=place) if secret else {}


def forget(place: str) -> None:
    """It was published, or thrown away."""
    services.drop_draft(owner=_owner(), place=place)


def _owner() -> str:
    if current_user.is_authenticated:
        return f"{ACCOUNT}{current_user.account_id}"
    secret = request.cookies.get(_name()) or g.get("draft_secret")
    if not secret:
        secret = g.draft_secret = ids.secret()
        _remember(secret)
    return _digest(secret)


def _take_over(account_id: UUID) -> None:
    secret = request.cookies.get(_name())
    if not secret:
        return
    services.adopt_drafts(visitor=_digest(secret), owner=f"{ACCOUNT}{account_id}", now=clock.wall())
    name = _name()

    @after_this_request
    def drop(response: Response) -> Response:
        response.delete_cookie(name)
        return response


def _remember(secret: str) -> None:
    name = _name()

    @after_this_request
    def put(response: Response) -> Response:
        response.set_cookie(
            name,
            secret,
            max_age=KEPT,
            secure=current_app.addresses.scheme == "https",  # type: ignore[attr-defined]
            httponly=True,
            samesite="Lax",
        )
        return response


def _digest(secret: str) -> str:
    return VISITOR + hashlib.sha256(secret.encode()).hexdigest()


def _name() -> str:
    # Hubs in the path form share a host, and with it their cookies.
    return f"draft-{areas.current_hub().id}"
