"""The visitor's own choices on this host, kept in cookies: light or dark, and the language."""

from __future__ import annotations

from flask import Flask, current_app, redirect, request
from flask.typing import ResponseReturnValue

from hubapp.web import locales, render
from hubapp.web.redirects import safe_path

YEAR = 31_536_000


def choose() -> ResponseReturnValue:
    """Remember `scheme` and `locale`, if they are among what is offered, and go back."""
    root = request.script_root
    target = safe_path(request.form.get("next"), "/")
    if root and target != root and not target.startswith(root + "/"):
        target = root + target
    response = redirect(target.rstrip("?"), 303)
    chosen = {
        "scheme": (request.form.get("scheme"), render.SCHEMES),
        locales.COOKIE: (request.form.get("locale"), locales.offered()),
    }
    for name, (value, allowed) in chosen.items():
        if value in allowed:
            # Each hub in the path form has its own choice; no script needs to read it.
            is_https = current_app.session_interface.get_cookie_secure(current_app)
            response.set_cookie(
                name, value, max_age=YEAR, path=root or "/", httponly=True, samesite="Lax", secure=is_https
            )
    return response


def install(app: Flask) -> None:
    """The same on every host."""
    for area in ("hub", "central"):
        app.add_url_rule("/preferences", f"preferences_{area}", choose, subdomain=area, methods=["POST"])
