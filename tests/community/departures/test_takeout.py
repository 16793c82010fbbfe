"""One's data in a file: all of one's own, nobody else's, for some days, for oneself alone."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import current_app
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hubapp.community.departures import policies, queries, services
from hubapp.community.departures.models import TakeoutStatus
from hubapp.community.gatherings import services as gatherings
from hubapp.community.gatherings.policies.details import Question
from hubapp.community.messages import services as messages
from hubapp.community.moderation import services as moderation
from hubapp.community.moderation.policies import WARN
from hubapp.kernel import clock, files
from hubapp.kernel.db import unit_of_work
from hubapp.people.membership import services as membership
from hubapp.people.notifications import services as notifications
from hubapp.people.profiles import services as profiles
from hubapp.people.profiles.policies import ProfileText
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.conftest import Live
from tests.factories.gatherings import make_gathering, register
from tests.factories.hubs import NOW, make_hub
from tests.factories.jobs import run_all, waiting
from tests.factories.market import make_shop, place, settle
from tests.factories.members import make_member
from tests.factories.races import together
from tests.factories.talk import answer, say
from tests.support.browsing import Browser


@given(st.text(max_size=200))
def test_names_of_files_can_be_stored_anywhere(text: str) -> None:
    name = policies.file_name(text)
    assert 0 < len(name) <= 80
    assert not set(name) & set('/\\:*?"<>| ')
    assert not name.startswith(".")


@given(st.integers(0, 2**31), st.integers(0, 2**31))
def test_what_fits_never_goes_over_the_limit(taken: int, size: int) -> None:
    assert policies.fits(taken, size) == (taken + size <= policies.MOST_BYTES)


def store() -> files.Files:
    return files.opened(current_app.extensions["hubapp.settings"])


def asked(hub_id: int, account_id: UUID, now: Any = None) -> UUID:
    with hub_scope(hub_id), unit_of_work():
        return services.ask_for_takeout(account_id=account_id, locale="en", now=now or clock.wall()).id


def opened(app: HubFlask, hub_id: int, account_id: UUID) -> zipfile.ZipFile:
    browser = Browser(app, hub_id, account_id)
    browser.post("/me/data", form_page="/me/leave")
    run_all(app)
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        takeout = queries.takeout_of(account_id)
        assert takeout is not None
        path = f"/me/data/{takeout.id}.zip"
    assert path in browser.get("/me/leave").text
    answer = browser.get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    return zipfile.ZipFile(io.BytesIO(answer.data))


def test_it_holds_everything_of_ones_own_and_nothing_of_others(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        with hub_scope(shop.hub_id), unit_of_work():
            post = say(shop.seller, "My bread.", title="Bread", pictures=1)
            say(shop.buyer, "Hers.", title="Secret")
            answer(post.id, shop.buyer, "Quetzal")
            checkout_id = place(shop)
        with hub_scope(shop.hub_id), unit_of_work():
            settle(checkout_id)
    archive = opened(app, shop.hub_id, shop.seller)
    assert archive.testzip() is None
    content = {name: archive.read(name) for name in archive.namelist()}
    found = {name.removesuffix(".json"): json.loads(raw) for name, raw in content.items() if name.endswith(".json")}
    assert set(found) == {
        "profile", "conversations", "gatherings", "gatherings-hosted", "messages", "mentoring", "house-rules",
        "orders", "invoices", "listings", "subscriptions", "invitations", "notices", "earnings",
    }  # fmt: skip
    assert found["profile"]["display_name"] == "Ada"
    assert [post["title"] for post in found["conversations"]["posts"]] == ["Bread"]
    picture = found["conversations"]["posts"][0]["pictures"][0]
    assert content[picture["file"]][:4] == b"RIFF"
    sale = found["orders"]["sold"][0]
    assert (sale["gross"], sale["currency"], sale["lines"][0]["title"]) == (1200, "EUR", "Walnut oil")
    assert "address" not in sale
    assert {line["role"] for line in found["earnings"]} == {"seller", "tax"}
    everything = b"".join(content.values())
    for foreign in (b"Ben", b"Quetzal", b"Secret", str(shop.buyer).encode()):
        assert foreign not in everything


def told_of(account_id: UUID) -> dict[str, Any]:
    """What Ann tells of herself."""
    words: dict[str, Any] = {"name": "Ann", "handle": "ann", "about": "I mend bicycles.", "is_listed": True}
    return {"account_id": account_id, **words, "profile": ProfileText(tags={"offers": ("bike repair",)})}


def test_it_holds_what_one_told_wrote_reported_and_was_told(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        ann, ben, cem = (make_member(hub_id, name, now=clock.now()).account_id for name in ("Ann", "Ben", "Cem"))
        with hub_scope(hub_id), unit_of_work():
            profiles.edit_profile(**told_of(ann))
            profiles.block(account_id=ann, blocked_id=cem, now=NOW)
            thread_id = messages.start(author_id=ann, to=["ben"], title="", body_md="Hello Ben", now=NOW)
            messages.send(thread_id=thread_id, author_id=ben, body_md="Hello Ann", now=NOW)
            messages.start(author_id=ben, to=["cem"], title="", body_md="Quetzal", now=NOW)
            theirs, mine = say(ben, "Ben's."), say(ann, "Buy my pills.")
            moderation.report(reporter_id=ann, kind="post", thing_id=theirs.id, reason="spam", words="", now=NOW)
            case = moderation.take_up(kind="post", thing_id=mine.id, now=NOW)
            decision: dict[str, Any] = {"acts": [WARN], "words": "Not here.", "days": 0, "seen": 0}
            moderation.decide(case_id=case.id, **decision, actor=Actor(None, "Mo"), now=NOW)
    archive = opened(app, hub_id, ann)
    found = {name: json.loads(archive.read(f"{name}.json")) for name in ("profile", "messages", "house-rules")}
    profile = found["profile"]
    assert (profile["about"], profile["tags"], profile["blocked"]) == (
        "I mend bicycles.", {"offers": ["bike repair"]}, ["Cem"],
    )  # fmt: skip
    (thread,) = found["messages"]
    assert [(one["by"], one["body_md"]) for one in thread["messages"]] == [("Ann", "Hello Ben"), ("Ben", "Hello Ann")]
    assert [one["reason"] for one in found["house-rules"]["reports"]] == ["spam"]
    assert [(one["act"], one["words"]) for one in found["house-rules"]["decisions"]] == [("warn", "Not here.")]
    assert "Mo" not in json.dumps(found["house-rules"])


def _of(archive: zipfile.ZipFile, name: str) -> Any:
    return json.loads(archive.read(f"{name}.json"))


def test_it_holds_what_one_hosts_with_its_picture_and_not_who_comes(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        ann, ben = (make_member(hub_id, name, now=clock.now()).account_id for name in ("Ann", "Ben"))
        with hub_scope(hub_id), unit_of_work():
            asked = (Question("", "What do you bring?"),)
            evening = make_gathering(title="Soup", host_account_id=ann, questions=asked)
            make_gathering(title="Not hers", host_account_id=ben)
            out = io.BytesIO()
            Image.new("RGB", (700, 300), "teal").save(out, "PNG")
            gatherings.set_picture(
                gathering_id=evening.id, content=out.getvalue(), alt="A table", files=store(), now=NOW
            )
            register(evening.id, ben, q0="Quetzal")
    hosting, coming = opened(app, hub_id, ann), opened(app, hub_id, ben)
    (hosted,) = _of(hosting, "gatherings-hosted")
    assert (hosted["title"], hosted["taken"], hosted["questions"][0]["label"]) == ("Soup", 1, "What do you bring?")
    assert hosting.read(hosted["picture"]["file"])[:4] == b"RIFF"
    assert "Quetzal" not in json.dumps([_of(hosting, name) for name in ("gatherings", "gatherings-hosted")])
    (came,) = _of(coming, "gatherings")
    assert came["answers"] == [{"question": "What do you bring?", "answer": "Quetzal"}]


def test_it_holds_ones_invite_links_with_their_labels(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        ann, ben = (make_member(hub_id, name) for name in ("Ann", "Ben"))
        with hub_scope(hub_id), unit_of_work():
            membership.make_invite(membership_id=ann.id, label="Market stall", now=NOW)
            membership.make_invite(membership_id=ben.id, label="Quetzal", now=NOW)
    (link,) = _of(opened(app, hub_id, ann.account_id), "invitations")["links"]
    assert (link["label"], link["joined"], link["revoked_at"]) == ("Market stall", 0, None)


def test_it_holds_what_one_chose_to_be_told(app: HubFlask) -> None:
    with app.app_context():
        hub_id, other = make_hub(), make_hub("other")
        ann, ben = (make_member(hub_id, name).account_id for name in ("Ann", "Ben"))
        with hub_scope(hub_id), unit_of_work():
            wanted = {"gathering_published": (False, "now")}
            notifications.choose(account_id=ann, hub_id=hub_id, wanted=wanted)
            notifications.choose(account_id=ben, hub_id=hub_id, wanted={"gathering_published": (False, "off")})
            notifications.unsubscribe(account_id=ann, hub_id=None, kind="*")
            notifications.mute(account_id=ann, hub_id=hub_id, about="topic:1", now=NOW)
            times: dict[str, Any] = {"rhythm": "weekly", "weekday": 4, "hour": 9, "timezone": "Africa/Tunis"}
            notifications.save_settings(account_id=ann, **times, quiet=(22, 7), now=NOW)
        with hub_scope(other), unit_of_work():
            notifications.choose(account_id=ann, hub_id=other, wanted={"gathering_published": (True, "off")})
    found = _of(opened(app, hub_id, ann), "notices")
    assert found == {
        "times": {**times, "quiet": [22, 7]},
        "chosen": [
            {"everywhere": True, "kind": "*", "in_app": None, "mail": "off", "push": None},
            {"everywhere": False, "kind": "gathering_published", "in_app": False, "mail": "now", "push": None},
        ],
        "muted": ["topic:1"],
    }


def test_it_is_for_oneself_alone_and_for_some_days(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        member, other = make_member(hub_id), make_member(hub_id, "Other")
        takeout_id = asked(hub_id, member.account_id)
        run_all(app)
    path = f"/me/data/{takeout_id}.zip"
    assert Browser(app, hub_id, other.account_id).get(path).status_code == 404
    assert Browser(app, hub_id).get(path).status_code == 303
    assert Browser(app, hub_id, member.account_id).get(path).status_code == 200
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        queries.takeout_of(member.account_id).asked_at -= policies.KEPT  # type: ignore[union-attr]
    assert Browser(app, hub_id, member.account_id).get(path).status_code == 404


def test_who_has_left_can_still_fetch_it(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        member = make_member(hub_id)
        asked(hub_id, member.account_id)
        run_all(app)
        with hub_scope(hub_id), unit_of_work():
            services.leave(account_id=member.account_id, keeps_posts=True, currency="EUR", now=NOW, wall=clock.wall())
    page = Browser(app, hub_id, member.account_id).get("/me/leave").text
    assert "You have left" in page
    assert ".zip" in page


def test_nobody_leaves_while_it_is_being_put_together(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        member = make_member(hub_id)
        asked(hub_id, member.account_id)
    browser = Browser(app, hub_id, member.account_id)
    assert "It is being put together." in browser.get("/me/leave").text
    assert browser.post("/me/leave", {"posts": "go", "is_sure": "y"}).status_code == 422
    assert 'hx-trigger="every 3s"' in browser.get("/me/data/state").text
    with app.app_context():
        run_all(app)
    assert "hx-trigger" not in browser.get("/me/data/state").text


def making(live: Live) -> int:
    return sum(name == services.MAKE for name, *_rest in waiting(live.app))


def test_two_clicks_are_one_job_and_asking_later_makes_it_anew(live: Live) -> None:
    with live.app.app_context():
        hub_id = make_hub()
        account_id = make_member(hub_id).account_id
        at = clock.wall()

    def ask() -> UUID:
        with live.app.app_context():
            return asked(hub_id, account_id, at)

    assert len(set(together(ask, ask))) == 1
    assert making(live) == 1
    with live.app.app_context():
        run_all(live.app)
        asked(hub_id, account_id, at + policies.FRESH - timedelta(seconds=1))
        assert making(live) == 0
        asked(hub_id, account_id, at + policies.FRESH)
        assert making(live) == 1


def test_old_files_are_forgotten_with_what_was_in_them(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        member = make_member(hub_id)
        asked(hub_id, member.account_id)
        run_all(app)
        with hub_scope(hub_id), unit_of_work():
            takeout = queries.takeout_of(member.account_id)
            assert takeout is not None
            key = takeout.key
            assert takeout.status == TakeoutStatus.MADE
        for later, left in ((timedelta(0), True), (policies.KEPT + timedelta(minutes=1), False)):
            with platform_scope(reason="test"), unit_of_work():
                services.forget_old(files=store(), now=clock.wall() + later)
            assert (key in set(store().all_keys())) is left
        with hub_scope(hub_id), unit_of_work():
            assert queries.takeout_of(member.account_id) is None
