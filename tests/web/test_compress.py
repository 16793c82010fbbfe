"""Pages travel compressed, unless their address could have put words into them."""

from __future__ import annotations

import gzip

import pytest
from werkzeug.test import TestResponse

from hubapp.web.areas import HubFlask


def ask(app: HubFlask, path: str, encoding: str = "gzip") -> TestResponse:
    return app.test_client().get(path, base_url="http://localhost:8000/", headers={"Accept-Encoding": encoding})


def test_a_page_travels_compressed_and_is_the_same_page(app: HubFlask) -> None:
    packed, plain = ask(app, "/hubs"), ask(app, "/hubs", "identity")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) / 2
    assert gzip.decompress(packed.data).startswith(plain.data[:200])


@pytest.mark.parametrize(("path", "encoding"), [("/hubs?q=guess", "gzip"), ("/hubs", "br"), ("/healthz", "gzip")])
def test_what_reflects_a_query_is_asked_for_plainly_or_is_tiny_stays_as_it_is(
    app: HubFlask, path: str, encoding: str
) -> None:
    assert "Content-Encoding" not in ask(app, path, encoding).headers


def test_caches_are_told_that_the_encoding_matters(app: HubFlask) -> None:
    assert "Accept-Encoding" in ask(app, "/hubs", "identity").vary
