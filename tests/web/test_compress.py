"""Pages travel compressed, unless their address could have put words into them."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask, Response
from werkzeug.test import TestResponse

from hubapp.web import compress
from hubapp.web.areas import HubFlask
from tests.factories.hubs import make_hub


def ask(app: HubFlask, path: str, encoding: str = "gzip") -> TestResponse:
    return app.test_client().get(path, base_url="http://localhost:8000/", headers={"Accept-Encoding": encoding})


@pytest.fixture
def lyon(app: HubFlask) -> HubFlask:
    with app.app_context():
        make_hub("lyon")
    return app


def of_lyon(app: HubFlask, path: str, encoding: str = "gzip", **headers: str) -> TestResponse:
    said = {"Accept-Encoding": encoding, **headers}
    return app.test_client().get(path, base_url="http://lyon.localhost:8000/", headers=said)


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


def test_a_hubs_stylesheet_is_nobodys_secret_and_travels_compressed_under_its_version(lyon: HubFlask) -> None:
    packed, plain = (of_lyon(lyon, "/theme.css?v=1", encoding) for encoding in ("gzip", "identity"))
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) / 2
    assert gzip.decompress(packed.data) == plain.data


def test_packed_and_plain_are_not_the_same_bytes_and_either_is_known_again(lyon: HubFlask) -> None:
    tags = [of_lyon(lyon, "/theme.css?v=1", encoding).headers["ETag"] for encoding in ("gzip", "identity")]
    assert tags == ['W/"1"', '"1"']
    assert [of_lyon(lyon, "/theme.css?v=1", **{"If-None-Match": tag}).status_code for tag in tags] == [304, 304]


@pytest.mark.parametrize("kind", ["application/json", "application/atom+xml", "text/calendar", "image/svg+xml"])
def test_other_text_is_compressed_unless_its_address_could_have_put_words_into_it(kind: str) -> None:
    app = Flask("small")
    compress.install(app)
    app.add_url_rule("/", view_func=lambda: Response("text " * 400, mimetype=kind))
    client = app.test_client()
    answers = [client.get(path, headers={"Accept-Encoding": "gzip"}) for path in ("/", "/?q=guess")]
    assert ["Content-Encoding" in answer.headers for answer in answers] == [True, False]


def test_the_worker_of_a_hub_travels_compressed(lyon: HubFlask) -> None:
    assert of_lyon(lyon, "/sw.js").headers["Content-Encoding"] == "gzip"
