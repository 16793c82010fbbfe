"""Where moderation meets the rest: people with a role, new hosts, sellers who are suspended, two cases at once."""

from __future__ import annotations

import pytest

from hubapp.community.conversations import services as conversing
from hubapp.community.gatherings.services import rows
from hubapp.community.moderation import errors, services
from hubapp.market.catalogue import queries as catalogue
from hubapp.people.membership import queries as membership
from hubapp.people.membership import services as members
from tests.factories.hubs import NOW
from tests.factories.jobs import run_all
from tests.factories.moderating import Bench
from tests.factories.talk import POLL, say


def test_who_has_a_role_does_not_read_who_reported_them(bench: Bench) -> None:
    bench.things["post"] = bench.inside(lambda: say(bench.hal.account_id, "Hers was worse.")).id
    case = bench.report("post", words="He shouts at me.")
    theirs = bench.as_(bench.hal).get(f"/manage/moderation/{case}").text
    assert "He shouts at me." not in theirs
    assert ">Ben<" not in theirs
    assert "He shouts at me." in bench.as_(bench.maud).get(f"/manage/moderation/{case}").text


def test_a_new_host_does_not_answer_for_what_the_old_one_did_nor_decide_about_it(bench: Bench) -> None:
    case = bench.report("gathering")

    def hand_to_hal() -> None:
        rows.for_change(gathering_id=bench.things["gathering"]).host_account_id = bench.hal.account_id

    bench.inside(hand_to_hal)
    with pytest.raises(errors.OwnCase):
        bench.decide(case, "suspend")
    page = bench.as_(bench.maud).get(f"/manage/moderation/{case}").text
    assert "@ann" in page
    assert "@hal" not in page


def test_a_listing_that_is_shown_again_waits_for_its_suspended_seller(bench: Bench) -> None:
    listing = bench.things["listing"]
    hidden = bench.decide(bench.report("listing"), "hide")
    suspended = bench.decide(bench.report("post"), "suspend")
    with bench.app.app_context():
        run_all(bench.app)
    bench.undo(hidden)
    assert not bench.inside(lambda: catalogue.listing(listing)).is_live
    bench.undo(suspended)
    with bench.app.app_context():
        run_all(bench.app)
    assert bench.inside(lambda: catalogue.listing(listing)).is_live


def test_a_listing_of_somebody_who_left_does_not_come_back(bench: Bench) -> None:
    listing = bench.things["listing"]
    hidden = bench.decide(bench.report("listing"), "hide")
    bench.inside(lambda: members.leave(account_id=bench.ann.account_id, now=NOW))
    bench.undo(hidden)
    assert not bench.inside(lambda: catalogue.listing(listing)).is_live


def test_undoing_an_approval_leaves_what_was_hidden_later_hidden(bench: Bench) -> None:
    bench.inside(lambda: conversing.choose_first_held(first_held=1, actor=bench.actor, now=NOW))
    post = bench.inside(lambda: say(bench.ben.account_id, "Cheap pills.")).id
    with bench.app.app_context():
        run_all(bench.app)
    case = bench.inside(lambda: services.take_up(kind="post", thing_id=post, now=NOW)).id
    approved = bench.decide(case, "approve", words="")
    bench.things["post"] = post
    bench.decide(bench.report("post", by=bench.ann), "hide", words="Advertising.")
    bench.undo(approved)
    page = bench.as_(bench.ben).get(f"/feed/{post}").text
    assert "Advertising." in page


def test_the_side_doors_of_a_hidden_post_are_closed(bench: Bench) -> None:
    post = bench.inside(lambda: say(bench.ann.account_id, "Secret?", poll=POLL)).id
    bench.things["post"] = post
    bench.decide(bench.report("post"), "hide")
    reader = bench.as_(bench.ben)
    assert reader.get(f"/feed/{post}/reactions").status_code == 404
    assert "Saturday" not in reader.post(f"/feed/{post}/vote", {"choice": "0"}, headers={"HX-Request": "true"}).text


def test_somebody_suspended_twice_stays_out_for_the_longer_time(bench: Bench) -> None:
    first = bench.report("post")
    second = bench.report("comment")
    bench.decide(first, "suspend", days=0)
    bench.decide(second, "suspend", days=7)
    person = bench.inside(lambda: membership.member(bench.ann.account_id))
    assert person.is_suspended
    assert person.suspended_until is None
