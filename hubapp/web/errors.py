"""Refusals and HTTP errors become pages: one table, every answer says what to do."""

from __future__ import annotations

import structlog
from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from hubapp.kernel.errors import Refusal
from hubapp.web.htmx import htmx

log = structlog.get_logger(__name__)

PAGES = frozenset({400, 403, 404, 405, 409, 413, 422, 429, 500, 503})
# Where a part of a page was asked for there is a place for what was refused, which is read out.
TO_TROUBLE = {"HX-Retarget": "#trouble", "HX-Reswap": "innerHTML"}


def install(app: Flask) -> None:
    """Register the error pages."""

    @app.errorhandler(Refusal)
    def refused(error: Refusal) -> ResponseReturnValue:
        g.failed = True
        return page(error.status, str(error))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        g.failed = True
        code = error.code or 500
        if code < 400:  # noqa: PLR2004  redirects raised by routing
            return error
        if code == 404 and g.get("unknown_slug") is not None:  # noqa: PLR2004
            return render_template("errors/unknown_hub.html", slug=g.unknown_slug), 404
        body, status, headers = page(code, "")
        allowed = getattr(error, "valid_methods", None)
        return body, status, {**headers, "Allow": ", ".join(allowed)} if allowed else headers

    @app.errorhandler(Exception)
    def crashed(error: Exception) -> ResponseReturnValue:
        g.failed = True
        log.error("request failed", path=request.path, method=request.method, exc_info=error)
        if app.testing or app.config.get("PROPAGATE_EXCEPTIONS"):
            raise error
        return page(503 if isinstance(error, OperationalError) else 500, "")


def page(code: int, message: str) -> tuple[str, int, dict[str, str]]:
    """An error page in the site's own layout, or its words alone for a part of a page; plain words if that fails."""
    name = code if code in PAGES else 500 if code >= 500 else 400  # noqa: PLR2004
    headers = TO_TROUBLE if htmx else {}
    words = {"message": message, "code": code, "is_part": bool(htmx)}
    try:
        return render_template([f"errors/{name}.html", "errors/400.html"], **words), code, headers
    except Exception:
        log.exception("error page failed")
        # Not translated: the reader's language is found in the database, which may be what is missing.
        return f"{code}: {message or 'Something went wrong. Please try again.'}", code, headers
