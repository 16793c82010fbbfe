"""Sending pages compressed, where that tells nobody anything.

Compression lets a listener guess at a secret by its length when a page holds the secret beside text of the attacker's
choosing. So only pages whose address carries no query are compressed: nothing of such a request stands in the page.
What remains is not worth guessing: cookies are SameSite=Lax, so that other sites cannot ask for a person's pages in
the background, and the forms' tokens are signed anew every second.
"""

from __future__ import annotations

import zlib

from flask import Flask, Response, request

LEVEL = 4  # a page of 30 kB becomes 7; higher levels gain a few hundred bytes for twice the time
SMALLEST = 1_000
GZIP = 16 + zlib.MAX_WBITS


def install(app: Flask) -> None:
    """Compress pages. Must be installed first: what is registered first acts last on an answer."""

    @app.after_request
    def compress(response: Response) -> Response:
        if response.mimetype != "text/html" or response.direct_passthrough:
            return response
        response.vary.add("Accept-Encoding")
        if _is_worth_it(response):
            packer = zlib.compressobj(LEVEL, wbits=GZIP)
            response.set_data(packer.compress(response.get_data()) + packer.flush())
            response.headers["Content-Encoding"] = "gzip"
        return response


def _is_worth_it(response: Response) -> bool:
    if request.query_string or "Content-Encoding" in response.headers or not request.accept_encodings["gzip"]:
        return False
    return len(response.get_data()) >= SMALLEST
