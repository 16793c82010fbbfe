"""Uploaded pictures: made new, small, and without what their makers did not mean to tell."""

from __future__ import annotations

import io
import re
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from hubapp.kernel import clock, pictures
from hubapp.kernel.db import unit_of_work
from hubapp.kernel.files import Files, NoSuchFile, _open
from hubapp.kernel.pictures import NotAPicture
from hubapp.market.catalogue import policies, queries
from hubapp.market.catalogue.errors import BadPicture, NoSuchListing
from hubapp.market.catalogue.services import add_picture, remove_picture
from hubapp.market.catalogue.services.pictures import key_of
from hubapp.people.accounts.services import throttle
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub
from tests.factories.market import make_listing
from tests.factories.members import make_member
from tests.support.browsing import Browser

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def photo(size: tuple[int, int] = (900, 600), form: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, form, **options)
    return out.getvalue()


def bomb(side: int) -> bytes:
    """A PNG of a few bytes that claims `side` × `side` pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return _open(None, str(tmp_path / "files"))


def test_a_picture_comes_in_the_widths_it_has() -> None:
    sizes = pictures.reencode(photo((900, 600)))
    assert sorted(sizes.files) == [320, 640, 900]
    assert (sizes.width, sizes.height) == (900, 600)
    assert {Image.open(io.BytesIO(data)).format for data in sizes.files.values()} == {"WEBP"}


def test_a_small_picture_is_not_blown_up_and_a_large_one_is_cut_down() -> None:
    assert sorted(pictures.reencode(photo((200, 100))).files) == [200]
    assert sorted(pictures.reencode(photo((3000, 100))).files) == [320, 640, 1280]


def test_where_a_photo_was_taken_is_not_told() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera of Ada"
    exif[0x8825] = {1: "N", 2: (45.0, 45.0, 0.0)}
    original = photo(exif=exif)
    assert b"Camera of Ada" in original
    for data in pictures.reencode(original).files.values():
        assert b"Ada" not in data
        assert not Image.open(io.BytesIO(data)).getexif()


def test_a_photo_taken_sideways_is_turned_first() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    sizes = pictures.reencode(photo((300, 100), exif=exif))
    assert (sizes.width, sizes.height) == (100, 300)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (SVG, "type"),
        (b"%PDF-1.7 hello", "type"),
        (b"", "type"),
        (photo(form="GIF"), "type"),
        (photo(form="TIFF"), "type"),
        (bomb(30_000), "pixels"),
        (bomb(2_000), "broken"),
        (photo()[:-200], "broken"),
        (b"\xff" * (pictures.MAX_BYTES + 1), "size"),
    ],
)
def test_what_is_not_taken_is_named(content: bytes, reason: str) -> None:
    with pytest.raises(NotAPicture) as caught:
        pictures.reencode(content)
    assert caught.value.reason == reason


def test_a_stored_picture_can_be_read_and_taken_off(app: HubFlask, files: Files) -> None:
    with app.app_context(), hub_scope(make_hub()), unit_of_work():
        listing = make_listing()
        picture = add_picture(listing_id=listing.id, seller_id=None, content=photo(), alt="Oil", files=files, now=NOW)
        assert files.get(key_of(image_id=picture.id, width=320)).startswith(b"RIFF")
        remove_picture(listing_id=listing.id, seller_id=None, image_id=picture.id)
        assert queries.pictures([listing.id]) == {}


def test_a_listing_is_shared_with_its_first_picture(app: HubFlask, files: Files) -> None:
    with app.app_context():
        hub_id = make_hub("lyon")
        with hub_scope(hub_id), unit_of_work():
            listing = make_listing()
            add_picture(listing_id=listing.id, seller_id=None, content=photo(), alt="Oil", files=files, now=NOW)
    page = Browser(app, hub_id).get(f"/market/{listing.id}").text
    (address,) = re.findall(r'<meta property="og:image" content="([^"]+)">', page)
    assert re.match(r"https?://lyon\.[^/]+/market/pictures/[0-9a-f-]+-\d+\.webp$", address)


def test_svg_is_refused_at_its_field(app: HubFlask, files: Files) -> None:
    with app.app_context(), hub_scope(make_hub()), unit_of_work():
        listing = make_listing()
        with pytest.raises(BadPicture, match="Only JPEG, PNG and WebP") as caught:
            add_picture(listing_id=listing.id, seller_id=None, content=SVG, alt="", files=files, now=NOW)
        assert caught.value.field == "picture"


def test_a_listing_holds_only_so_many(app: HubFlask, files: Files) -> None:
    with app.app_context(), hub_scope(make_hub()), unit_of_work():
        listing, tiny = make_listing(), photo((8, 8))
        for _ in range(policies.MOST_PICTURES):
            add_picture(listing_id=listing.id, seller_id=None, content=tiny, alt="", files=files, now=NOW)
        with pytest.raises(BadPicture, match="at most 6"):
            add_picture(listing_id=listing.id, seller_id=None, content=tiny, alt="", files=files, now=NOW)


def test_who_sends_pictures_without_end_is_slowed_down_also_where_they_are_none(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        seller = make_member(hub_id).account_id
        with hub_scope(hub_id), unit_of_work():
            page = f"/sell/{make_listing(seller_account_id=seller).id}"
            for _ in range(119):
                throttle.limit(kind="picture account", subject=f"{hub_id}:{seller}", now=clock.now())
    browser = Browser(app, hub_id, seller)
    said = [
        browser.post(f"{page}/pictures", {"picture": (io.BytesIO(b"no picture"), "a.jpg")}, form_page=page).text
        for _ in range(2)
    ]
    assert ["Too many attempts" in text for text in said] == [False, True]


def test_nobody_adds_pictures_to_what_is_not_theirs(app: HubFlask, files: Files) -> None:
    with app.app_context(), hub_scope(make_hub()), unit_of_work():
        listing = make_listing()
        with pytest.raises(NoSuchListing):
            add_picture(listing_id=listing.id, seller_id=listing.id, content=photo(), alt="", files=files, now=NOW)


def test_a_key_that_nothing_is_kept_under(files: Files) -> None:
    files.delete("never/there")
    with pytest.raises(NoSuchFile):
        files.get("never/there")
