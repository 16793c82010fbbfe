"""Static files: kept for ever under their fingerprint, sent compressed, and there for every host that gets a page."""

from __future__ import annotations

import gzip

import pytest

from hubapp.web.areas import HubFlask
from hubapp.web.static import FOLDER, fingerprint

CENTRAL = "http://localhost:8000"
KEPT = "public, max-age=31536000, immutable"


def test_todays_fingerprint_is_kept_and_an_old_one_is_not(app: HubFlask) -> None:
    client = app.test_client()

    today = client.get(f"/static/{fingerprint('core.css')}/core.css", base_url=CENTRAL)
    old = client.get("/static/0000000000/core.css", base_url=CENTRAL)

    assert (today.status_code, today.headers["Cache-Control"]) == (200, KEPT)
    assert (old.status_code, old.headers["Cache-Control"]) == (200, "no-cache")
    assert today.data == old.data == (FOLDER / "core.css").read_bytes()


def test_text_leaves_compressed_for_those_who_can_read_it(app: HubFlask) -> None:
    address = f"/static/{fingerprint('app.js')}/app.js"
    answer = app.test_client().get(address, base_url=CENTRAL, headers={"Accept-Encoding": "gzip, br"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert answer.mimetype == "text/javascript"
    assert gzip.decompress(answer.data) == (FOLDER / "app.js").read_bytes()


def test_fonts_are_kept_under_the_address_that_the_stylesheet_gives_them(app: HubFlask) -> None:
    font = "vendor/fonts/figtree-latin-wght-normal.woff2"
    answer = app.test_client().get(f"/static/{fingerprint('fonts.css')}/{font}", base_url=CENTRAL)

    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, KEPT)


def test_an_unknown_hub_still_gets_the_looks_of_its_error_page(app: HubFlask) -> None:
    client = app.test_client()
    nowhere = "http://nowhere.localhost:8000"

    page = client.get("/", base_url=nowhere)
    sheet = client.get(f"/static/{fingerprint('core.css')}/core.css", base_url=nowhere)

    assert (page.status_code, sheet.status_code) == (404, 200)
    assert "nowhere" in page.text


@pytest.mark.parametrize("path", ["../static.py", "..%2Fstatic.py", "nothing.css", "vendor/"])
def test_there_is_no_way_out_of_the_folder(app: HubFlask, path: str) -> None:
    assert app.test_client().get(f"/static/x/{path}", base_url=CENTRAL).status_code == 404
