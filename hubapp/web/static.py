"""Static files under a name that contains their content's hash, so that browsers keep them for ever."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, abort, has_request_context, request, send_file
from werkzeug.security import safe_join

from hubapp.web.lean import lean

FOLDER = Path(__file__).parent / "static"
FOREVER = 31_536_000
TEXTS = (".css", ".js", ".svg")


@lru_cache(maxsize=512)
def fingerprint(name: str) -> str:
    """First ten hex digits of the file's SHA-256."""
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:10]


def static_url(name: str) -> str:
    """Address of a static file, the same on every host."""
    return f"{request.script_root if has_request_context() else ''}/static/{fingerprint(name)}/{name}"


def content(name: str) -> bytes:
    """What is sent: our own scripts without what only their readers need, all else as it is."""
    raw = (FOLDER / name).read_bytes()
    return lean(raw.decode()).encode() if name.endswith(".js") and "/" not in name else raw


@lru_cache(maxsize=64)
def compressed(name: str, _version: str) -> bytes:
    """The file as gzip; done once per content, text files only."""
    return gzip.compress(content(name), 9, mtime=0)


def is_current(version: str, name: str) -> bool:
    """Whether this address names today's content.

    fonts.css refers to its fonts relatively, so they come under its fingerprint; its first line names their release.
    """
    return version == fingerprint(name) or (name.startswith("vendor/fonts/") and version == fingerprint("fonts.css"))


def serve(version: str, name: str) -> Response:
    """Send a file; an old fingerprint still gets today's file, but is not kept."""
    path = safe_join(str(FOLDER), name)
    if path is None or not Path(path).is_file():
        abort(404)
    if name.endswith(TEXTS) and request.accept_encodings["gzip"]:
        response = Response(compressed(name, fingerprint(name)), mimetype=mimetypes.guess_type(name)[0])
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
    else:
        response = send_file(path) if "/" in name else Response(content(name), mimetype=mimetypes.guess_type(name)[0])
    response.cache_control.clear()
    kept = f"public, max-age={FOREVER}, immutable" if is_current(version, name) else "no-cache"
    response.headers["Cache-Control"] = kept
    return response


def install(app: Flask) -> None:
    """The same files in both areas."""
    for area in ("hub", "central"):
        app.add_url_rule("/static/<version>/<path:name>", f"static_{area}", serve, subdomain=area)
    app.jinja_env.globals["static_url"] = static_url
