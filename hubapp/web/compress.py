"""Sending text compressed, where that tells nobody anything.

Compression lets a listener guess at a secret by its length when an answer holds the secret beside text of the
attacker's choosing. So an answer is compressed only where its address carries no query: nothing of such a request
stands in it. What remains is not worth guessing: cookies are SameSite=Lax, so that other sites cannot ask for a
person's pages in the background, and the forms' tokens are signed anew every second.

A hub's stylesheet and manifest are compressed whatever their address: nobody's secret stands in them.
"""

from __future__ import annotations

import zlib

from flask import Flask, Response, request

NOBODYS = frozenset({"text/css", "application/manifest+json"})
KINDS = NOBODYS | {
    "application/atom+xml",
    "application/json",
    "image/svg+xml",
    "text/calendar",
    "text/html",
    "text/javascript",
}
LEVEL = 4  # a page of 35 kB becomes 7.5 in half a millisecond; level 6 takes off 5 % more for a quarter more time
KEPT_LEVEL = 9  # small, and asked for once by each browser
SMALLEST = 1_000
GZIP = 16 + zlib.MAX_WBITS


def install(app: Flask) -> None:
    """Compress answers. Must be installed first: what is registered first acts last on an answer."""

    @app.after_request
    def compress(response: Response) -> Response:
        if response.mimetype not in KINDS or response.is_streamed or response.direct_passthrough:
            return response
        response.vary.add("Accept-Encoding")
        if _is_worth_it(response):
            packer = zlib.compressobj(KEPT_LEVEL if response.mimetype in NOBODYS else LEVEL, wbits=GZIP)
            response.set_data(packer.compress(response.get_data()) + packer.flush())
            response.headers["Content-Encoding"] = "gzip"
            _weaken(response)
        return response


def _is_worth_it(response: Response) -> bool:
    if "Content-Encoding" in response.headers or not request.accept_encodings["gzip"]:
        return False
    if request.query_string and response.mimetype not in NOBODYS:
        return False
    return len(response.get_data()) >= SMALLEST


def _weaken(response: Response) -> None:
    """A strong tag would say that packed and plain are the same bytes."""
    tag, _is_weak = response.get_etag()
    if tag is not None:
        response.set_etag(tag, weak=True)
