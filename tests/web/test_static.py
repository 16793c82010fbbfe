"""Static files: kept for ever under their fingerprint, sent compressed, and there for every host that gets a page."""

from __future__ import annotations

import gzip
from dataclasses import dataclass

import pytest
from werkzeug.datastructures import Headers

from hubapp.web.areas import HubFlask
from hubapp.web.static import FOLDER, content, fingerprint

CENTRAL = "http://localhost:8000"
KEPT = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Headers
    data: bytes


def fetch(app: HubFlask, address: str, base_url: str = CENTRAL, **headers: str) -> Answer:
    with app.test_client().get(address, base_url=base_url, headers=headers) as response:
        return Answer(response.status_code, response.headers, response.get_data())


def test_todays_fingerprint_is_kept_and_an_old_one_is_not(app: HubFlask) -> None:
    today = fetch(app, f"/static/{fingerprint('core.css')}/core.css")
    old = fetch(app, "/static/0000000000/core.css")

    assert (today.status, today.headers["Cache-Control"]) == (200, KEPT)
    assert (old.status, old.headers["Cache-Control"]) == (200, "no-cache")
    assert today.data == old.data == (FOLDER / "core.css").read_bytes()


def test_text_leaves_compressed_for_those_who_can_read_it(app: HubFlask) -> None:
    answer = fetch(app, f"/static/{fingerprint('app.js')}/app.js", **{"Accept-Encoding": "gzip, br"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert gzip.decompress(answer.data) == content("app.js")


def test_fonts_are_kept_under_the_address_that_the_stylesheet_gives_them(app: HubFlask) -> None:
    answer = fetch(app, f"/static/{fingerprint('fonts.css')}/vendor/fonts/figtree-latin-wght-normal.woff2")

    assert (answer.status, answer.headers["Cache-Control"]) == (200, KEPT)


def test_an_unknown_hub_still_gets_the_looks_of_its_error_page(app: HubFlask) -> None:
    page = fetch(app, "/", "http://nowhere.localhost:8000")
    sheet = fetch(app, f"/static/{fingerprint('core.css')}/core.css", "http://nowhere.localhost:8000")

    assert (page.status, sheet.status) == (404, 200)
    assert b"nowhere" in page.data


@pytest.mark.parametrize("path", ["../static.py", "..%2Fstatic.py", "nothing.css", "vendor/"])
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_there_is_no_way_out_of_the_folder(app: HubFlask, path: str, encoding: str) -> None:
    assert fetch(app, f"/static/x/{path}", **{"Accept-Encoding": encoding}).status == 404
