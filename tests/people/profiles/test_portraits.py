"""Photos of members: made new and small, seen by whom they are for, in one hub, and gone with whose they are."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask import current_app
from PIL import Image
from werkzeug.test import TestResponse

from hubapp.community.departures import services as departures
from hubapp.kernel import clock, files
from hubapp.kernel.db import unit_of_work
from hubapp.people.accounts.services import throttle
from hubapp.people.membership import queries as membership
from hubapp.people.membership import services as members
from hubapp.people.membership import standing
from hubapp.people.membership.errors import NoSuchMember
from hubapp.people.membership.queries import MemberView
from hubapp.people.profiles import portraits
from hubapp.people.profiles import services as profiles
from hubapp.people.profiles.errors import AudienceUnknown, BadPortrait
from hubapp.people.profiles.policies import AUDIENCES, EVERYBODY, MEMBERS, PORTRAIT_SIDES, ProfileText
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.community.departures.test_takeout import opened
from tests.factories.accounts import make_account
from tests.factories.hubs import NOW, make_hub
from tests.factories.jobs import run_all
from tests.factories.members import make_connector, make_member
from tests.factories.talk import answer, say
from tests.market.catalogue.test_pictures import SVG, bomb, photo
from tests.support.browsing import Browser
from tests.support.queries import counted

FACE = re.compile(r"/faces/([0-9A-Z]{8})-(\d+)\.webp")
SEES = {
    EVERYBODY: {"visitor", "member", "connector"},
    MEMBERS: {"member", "connector"},
    "connector": {"connector"},
    "nobody": set(),
}


@dataclass
class Scene:
    app: HubFlask
    hub_id: int
    owner: MemberView
    viewers: dict[str, UUID | None]

    def browser(self, viewer: str) -> Browser:
        return Browser(self.app, self.hub_id, self.viewers[viewer])

    def send(self, content: bytes | None = None, **changes: Any) -> TestResponse:
        """The owner sends the form of their profile, with a photo if one is given."""
        fields = {"name": "Olga", "handle": "olga", "about": "I mend.", "is_listed": "y", "portrait_for": EVERYBODY}
        sent = {} if content is None else {"portrait": (io.BytesIO(content), "me.jpg")}
        return self.browser("owner").post("/me/profile", {**fields, **sent, **changes})

    def show_to(self, audience: str) -> None:
        with self.app.app_context(), hub_scope(self.hub_id), unit_of_work():
            portraits.show_to(account_id=self.owner.account_id, audience=audience)

    @property
    def portrait(self) -> str | None:
        with self.app.app_context(), hub_scope(self.hub_id), unit_of_work():
            member = membership.member(self.owner.account_id)
            assert member is not None
            return member.portrait

    def kept(self) -> list[str]:
        """The files of all photos of the hub."""
        with self.app.app_context():
            return sorted(key for key in store().all_keys() if key.startswith(f"hub/{self.hub_id}/faces/"))


def store() -> files.Files:
    return files.opened(current_app.extensions["hubapp.settings"])


def halves(left: str, right: str) -> bytes:
    """A wide photo: two thirds of one colour, then of another."""
    made = Image.new("RGB", (900, 300), left)
    made.paste(right, (600, 0, 900, 300))
    out = io.BytesIO()
    made.save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def scene(app: HubFlask) -> Scene:
    with app.app_context():
        hub_id = make_hub()
        owner = make_member(hub_id, "Olga")
        viewers: dict[str, UUID | None] = {"visitor": None, "owner": owner.account_id}
        viewers["member"] = make_member(hub_id, "Mo").account_id
        viewers["connector"] = make_connector(hub_id).account_id
        with hub_scope(hub_id), unit_of_work():
            portraits.keep(account_id=owner.account_id, sizes=portraits.reencode(photo()), files=store())
            told = ProfileText(audiences={"about": EVERYBODY})
            profiles.edit_profile(
                account_id=owner.account_id, name="Olga", handle="olga", about="I mend.", is_listed=True, profile=told
            )
            answer(say(owner.account_id).id, owner.account_id)
    return Scene(app, hub_id, owner, viewers)


def test_the_middle_is_made_new_as_a_square_in_each_size(app: HubFlask) -> None:
    with app.app_context():
        sizes = portraits.reencode(halves("teal", "white"))
    opened_sizes = {side: Image.open(io.BytesIO(data)) for side, data in sizes.items()}
    assert {side: picture.size for side, picture in opened_sizes.items()} == {
        side: (side, side) for side in PORTRAIT_SIDES
    }
    # The white third at the end is cut off with what balances it on the other side.
    assert opened_sizes[192].convert("RGB").getpixel((186, 96))[0] < 60  # type: ignore[index]


def test_where_a_photo_was_taken_is_not_told(app: HubFlask) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera of Ada"
    with app.app_context():
        sizes = portraits.reencode(photo(exif=exif))
    assert not any(b"Ada" in data or Image.open(io.BytesIO(data)).getexif() for data in sizes.values())


def test_a_small_photo_is_taken_in_every_size(app: HubFlask) -> None:
    with app.app_context():
        assert sorted(portraits.reencode(photo((40, 20)))) == sorted(PORTRAIT_SIDES)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (SVG, "Only JPEG, PNG and WebP"),
        (b"", "Only JPEG, PNG and WebP"),
        (bomb(30_000), "million pixels"),
        (photo()[:-200], "damaged"),
        (b"\xff" * (8 * 2**20 + 1), "larger than 8 MB"),
    ],
)
def test_what_is_no_photo_is_refused_at_its_field(app: HubFlask, content: bytes, words: str) -> None:
    with app.app_context(), pytest.raises(BadPortrait, match=words) as caught:
        portraits.reencode(content)
    assert caught.value.field == "portrait"


def test_on_the_form_one_adds_changes_and_takes_it_away(scene: Scene) -> None:
    first = scene.portrait
    assert scene.send(photo((300, 300))).status_code == 303
    second = scene.portrait
    assert second not in {None, first}
    assert f"/faces/{second}-192.webp" in scene.browser("owner").get("/me/profile").text
    assert scene.send(has_no_portrait="y").status_code == 303
    assert scene.portrait is None
    assert "has_no_portrait" not in scene.browser("owner").get("/me/profile").text


def test_who_saves_without_choosing_a_file_keeps_the_photo(scene: Scene) -> None:
    before = scene.portrait
    assert scene.send(about="I mend everything.").status_code == 303
    assert scene.portrait == before


def test_a_refused_file_is_named_and_nothing_typed_is_lost(scene: Scene) -> None:
    before = scene.portrait
    page = scene.send(SVG, about="Words that took an hour.", offers="sewing")
    assert page.status_code == 422
    assert 'id="portrait-error"' in page.text
    assert "Words that took an hour." in page.text
    assert 'value="sewing"' in page.text
    assert scene.portrait == before


def test_a_photo_beside_something_wrong_changes_nothing(scene: Scene) -> None:
    before = scene.portrait
    assert scene.send(photo(), handle="no such handle!").status_code == 422
    assert scene.portrait == before


def test_who_sends_photos_without_end_is_slowed_down_also_where_they_are_none(scene: Scene) -> None:
    with scene.app.app_context(), hub_scope(scene.hub_id), unit_of_work():
        for _ in range(119):
            throttle.limit(kind="picture account", subject=f"{scene.hub_id}:{scene.owner.account_id}", now=clock.now())
    said = [scene.send(b"no picture").text for _ in range(2)]
    assert ["Too many attempts" in text for text in said] == [False, True]
    assert 'id="portrait-error"' in said[1]


def test_files_of_a_replaced_photo_are_deleted(scene: Scene) -> None:
    before = scene.kept()
    scene.send(photo())
    run_all(scene.app)
    assert len(before) == len(scene.kept()) == len(PORTRAIT_SIDES)
    assert not set(before) & set(scene.kept())


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("viewer", ["owner", "visitor", "member", "connector"])
def test_it_is_on_pages_and_open_for_whom_it_is_for_and_for_no_others(scene: Scene, viewer: str, audience: str) -> None:
    scene.show_to(audience)
    browser = scene.browser(viewer)
    is_for = viewer == "owner" or viewer in SEES[audience]
    assert bool(FACE.search(browser.get("/members/@olga").text.partition("<main")[2])) == is_for
    assert browser.get(f"/faces/{scene.portrait}-80.webp").status_code == (200 if is_for else 404)


@pytest.mark.parametrize(
    ("path", "side"), [("/members", 112), ("/members/@olga", 192), ("/feed", 80), ("/search?q=olga", 112), ("/", 112)]
)
def test_it_stands_where_initials_stood_with_its_size_written(scene: Scene, path: str, side: int) -> None:
    page = scene.browser("member").get(path).text.partition("<main")[2]
    tag = re.search(rf'<img class="ava [^>]*src="/faces/{scene.portrait}-{side}\.webp"[^>]*>', page)
    assert tag
    assert re.search(r'alt="" width="\d\d" height="\d\d" loading="lazy"', tag[0])


def test_ones_own_stands_in_the_menu_of_ones_account(scene: Scene) -> None:
    head = scene.browser("owner").get("/").text.partition("<main")[0]
    assert FACE.search(head)
    assert not FACE.search(scene.browser("member").get("/").text.partition("<main")[0])


@pytest.mark.parametrize("path", ["/", "/feed", "/members", "/members/@olga"])
def test_photos_cost_a_page_no_query(scene: Scene, path: str) -> None:
    browser = scene.browser("member")
    browser.get(path)
    with counted() as with_photo:
        browser.get(path)
    with scene.app.app_context(), hub_scope(scene.hub_id), unit_of_work():
        portraits.remove(account_id=scene.owner.account_id)
    with counted() as without:
        browser.get(path)
    assert len(with_photo) == len(without)


def test_the_file_is_a_small_webp_that_browsers_keep(scene: Scene) -> None:
    found = scene.browser("visitor").get(f"/faces/{scene.portrait}-112.webp")
    assert found.mimetype == "image/webp"
    assert "private" in found.headers["Cache-Control"]
    assert Image.open(io.BytesIO(found.data)).size == (112, 112)
    assert scene.browser("visitor").get(f"/faces/{scene.portrait}-113.webp").status_code == 404


def test_another_hub_neither_shows_nor_changes_it(scene: Scene) -> None:
    with scene.app.app_context():
        other = make_hub("nairobi", currency="KES", country="KE")
        with hub_scope(other), unit_of_work(), pytest.raises(NoSuchMember):
            portraits.remove(account_id=scene.owner.account_id)
        same = make_member(other, "Olga", account_id=scene.owner.account_id)
    assert same.portrait is None
    assert Browser(scene.app, other).get(f"/faces/{scene.portrait}-80.webp").status_code == 404


def test_a_hidden_profile_hides_its_photo_from_others_until_it_is_shown_again(scene: Scene) -> None:
    address = f"/faces/{scene.portrait}-80.webp"
    with scene.app.app_context(), hub_scope(scene.hub_id), unit_of_work():
        standing.hide_profile(membership_id=scene.owner.id, reason="Not you.", actor=SYSTEM, now=NOW)
    # Who decides about it sees what it is about.
    seen = {viewer: scene.browser(viewer).get(address).status_code for viewer in scene.viewers}
    assert seen == {"visitor": 404, "owner": 200, "member": 404, "connector": 200}
    assert not FACE.search(scene.browser("member").get("/feed").text)
    with scene.app.app_context(), hub_scope(scene.hub_id), unit_of_work():
        standing.show_profile(membership_id=scene.owner.id, actor=SYSTEM, now=NOW)
    assert scene.browser("member").get(address).status_code == 200


def test_who_leaves_takes_it_along(scene: Scene) -> None:
    address = f"/faces/{scene.portrait}-80.webp"
    with scene.app.app_context(), hub_scope(scene.hub_id), unit_of_work():
        departures.leave(
            account_id=scene.owner.account_id, keeps_posts=True, currency="EUR", now=NOW, wall=clock.wall()
        )
    run_all(scene.app)
    assert scene.portrait is None
    assert scene.kept() == []
    assert scene.browser("member").get(address).status_code == 404
    assert not FACE.search(scene.browser("member").get("/feed").text)


def test_ones_data_holds_it(scene: Scene) -> None:
    with opened(scene.app, scene.hub_id, scene.owner.account_id) as file:
        told = json.loads(file.read("profile.json"))["photo"]
        assert Image.open(io.BytesIO(file.read(told["file"]))).size == (192, 192)
    assert told["seen_by"] == EVERYBODY


def test_who_has_left_or_was_never_here_gets_none(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        gone, stranger = make_member(hub_id).account_id, make_account("Sam")
        with hub_scope(hub_id), unit_of_work():
            members.leave(account_id=gone, now=NOW)
            for account_id in (gone, stranger):
                with pytest.raises(NoSuchMember):
                    portraits.keep(account_id=account_id, sizes={}, files=store())


def test_it_is_for_one_of_the_four_audiences(scene: Scene) -> None:
    with scene.app.app_context(), hub_scope(scene.hub_id), unit_of_work(), pytest.raises(AudienceUnknown):
        portraits.show_to(account_id=scene.owner.account_id, audience="friends")
    assert scene.send(portrait_for=MEMBERS).status_code == 303
    assert scene.browser("visitor").get(f"/faces/{scene.portrait}-80.webp").status_code == 404
