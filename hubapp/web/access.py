"""Who may open a page: `@requires("orders.manage")` in every tier, answered by what app.py plugs in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec
from urllib.parse import quote

from flask import abort, current_app, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]
Checker = Callable[[str], bool]

EXTENSION = "hubapp.access"


def install(
    app: object,
    *,
    may: Checker,
    sign_in_url: Callable[[str], str],
    detour: Callable[[], str | None] = lambda: None,
    money_detour: Callable[[], str | None] = lambda: None,
) -> None:
    """`may(permission)` answers for the current account and hub; `sign_in_url(next)` leads to signing in.

    `detour()` is asked where a permission was needed and is there: an address to go to first (to set up a second
    factor), or None. `money_detour()` is asked on pages that move one's own money.
    """
    app.extensions[EXTENSION] = (may, sign_in_url, detour, money_detour)  # type: ignore[attr-defined]


def may(permission: str) -> bool:
    """Whether the person asking may do this here; asks the database, so that what a role loses it loses at once."""
    checker: Checker = current_app.extensions[EXTENSION][0]
    return bool(current_user.is_authenticated) and checker(permission)


def here() -> str:
    """The current path with its query, to come back to after signing in."""
    path = request.full_path.rstrip("?") if request.method == "GET" else request.path
    return request.script_root + path


def to_sign_in() -> ResponseReturnValue:
    """Send the visitor to sign in and back."""
    return redirect(current_app.extensions[EXTENSION][1](quote(here(), safe="/")), 303)


def requires(permission: str | None = None, *, moves_money: bool = False) -> Callable[[View[P]], View[P]]:
    """Signed in, and allowed to do `permission` (None: signed in is enough).

    A person without the right gets 403, a visitor is sent to sign in. `moves_money`: a page about one's own money, for
    which whoever holds a role anywhere needs the same second factor as for the role.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            if not current_user.is_authenticated:
                return to_sign_in()
            if permission is not None and not may(permission):
                abort(403)
            _may, _sign_in, role_detour, money_detour = current_app.extensions[EXTENSION]
            detour = role_detour() if permission is not None else money_detour() if moves_money else None
            if detour is not None:
                return redirect(detour, 303)
            return view(*args, **kwargs)

        guarded.required_permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate
