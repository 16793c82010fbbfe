"""Static files under a name that contains their content's hash, so that browsers keep them for ever."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, abort, has_request_context, request, send_from_directory

FOLDER = Path(__file__).parent / "static"
FOREVER = 31_536_000


@lru_cache(maxsize=512)
def fingerprint(name: str) -> str:
    """First ten hex digits of the file's SHA-256."""
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:10]


def static_url(name: str) -> str:
    """Address of a static file, the same on every host."""
    return f"{request.script_root if has_request_context() else ''}/static/{fingerprint(name)}/{name}"


def serve(version: str, name: str) -> Response:
    """Send a file; an old fingerprint still gets today's file, but is not kept."""
    response = send_from_directory(FOLDER, name)
    try:
        is_current = version == fingerprint(name)
    except OSError:
        abort(404)
    response.cache_control.clear()
    response.headers["Cache-Control"] = f"public, max-age={FOREVER}, immutable" if is_current else "no-cache"
    return response


def install(app: Flask) -> None:
    """The same files in both areas."""
    for area in ("hub", "central"):
        app.add_url_rule("/static/<version>/<path:name>", f"static_{area}", serve, subdomain=area)
    app.jinja_env.globals["static_url"] = static_url
