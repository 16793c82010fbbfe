"""Which basket a visitor fills before signing in: its id in a signed cookie, one per hub.

Not in the session, which signing in empties on purpose.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Response, after_this_request, current_app, g, request
from itsdangerous import BadSignature, URLSafeSerializer

KEPT = timedelta(days=30)
FIRST_ERROR = 400


def basket_id(hub_id: int) -> UUID | None:
    """The visitor's basket in this hub, if they began one."""
    if "carried_basket" in g:
        known: UUID | None = g.carried_basket
        return known
    kept = request.cookies.get(_name(hub_id))
    if not kept:
        return None
    try:
        owner, found = _signer().loads(kept)
        return UUID(found) if owner == hub_id else None
    except (BadSignature, ValueError, TypeError):
        return None


def remember(hub_id: int, basket: UUID) -> None:
    """Keep the basket with this browser."""
    g.carried_basket = basket
    value = str(_signer().dumps([hub_id, str(basket)]))

    @after_this_request
    def keep(response: Response) -> Response:
        if response.status_code < FIRST_ERROR:  # else the transaction is rolled back, and the basket with it
            response.set_cookie(
                _name(hub_id),
                value,
                max_age=KEPT,
                secure=current_app.addresses.scheme == "https",  # type: ignore[attr-defined]
                httponly=True,
                samesite="Lax",
            )
        return response


def forget(hub_id: int) -> None:
    """The account has it now."""

    @after_this_request
    def drop(response: Response) -> Response:
        if response.status_code < FIRST_ERROR:
            response.delete_cookie(_name(hub_id))
        return response


def _name(hub_id: int) -> str:
    # Hubs in the path form share a host, and with it their cookies.
    return f"basket-{hub_id}"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="hubapp.basket")
