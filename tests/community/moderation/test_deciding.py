"""Reports, decisions and their undo, on the real database: each kind of thing vanishes and comes back."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from hubapp.community.conversations.errors import MembersOnly as TalkForMembers
from hubapp.community.gatherings import queries as gathering_queries
from hubapp.community.gatherings import services as gatherings
from hubapp.community.gatherings.errors import OutOfSight
from hubapp.community.moderation import errors, queries, services, things
from hubapp.jobs.worker import run_job
from hubapp.kernel.db import db
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.catalogue import services as selling
from hubapp.market.catalogue.errors import TakenDown
from hubapp.people.accounts.errors import TooManyAttempts
from hubapp.people.membership import queries as membership
from hubapp.people.membership import standing
from hubapp.people.membership.errors import MembershipSuspended
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.models import AuditEvent
from tests.factories.gatherings import register
from tests.factories.hubs import NOW, make_hub
from tests.factories.jobs import run_all
from tests.factories.members import make_member
from tests.factories.moderating import Bench
from tests.factories.notices import notices
from tests.factories.talk import answer, say

KINDS = ("post", "comment", "gathering", "listing", "profile")
PAGES = {
    "post": ("/feed", "A ladder"),
    "comment": ("{post}", "Mine is short."),
    "gathering": ("/events", "Repair café"),
    "listing": ("/market", "Walnut oil"),
    "profile": ("/members", "@ann"),
}


def seen_by(bench: Bench, person: object, kind: str) -> bool:
    path, words = PAGES[kind]
    return words in bench.as_(person).get(path.format(post=f"/feed/{bench.things['post']}")).text  # type: ignore[arg-type]


def told(bench: Bench, account_id: UUID) -> list[str]:
    with bench.app.app_context():
        return [one.kind for one in notices(account_id)]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_hidden_vanishes_for_others_and_comes_back_with_the_undo(bench: Bench, kind: str) -> None:
    assert seen_by(bench, bench.ben, kind)
    action = bench.decide(bench.report(kind), "hide")
    assert not seen_by(bench, bench.ben, kind)
    assert told(bench, bench.ann.account_id)[-1] == "moderation_done"
    bench.undo(action)
    assert seen_by(bench, bench.ben, kind)
    assert told(bench, bench.ann.account_id)[-1] == "moderation_undone"


@pytest.mark.parametrize("kind", KINDS)
def test_its_author_sees_it_and_why(bench: Bench, kind: str) -> None:
    bench.decide(bench.report(kind), "hide", words="Words of the hub.")
    thing = bench.inside(lambda: things.look(kind, bench.things[kind]))
    path = thing.path.partition("#")[0]
    theirs = bench.as_(bench.ann).get(path)
    assert theirs.status_code == 200
    assert "Words of the hub." in theirs.text
    others = bench.as_(bench.ben).get(path)
    assert others.status_code == 404 or thing.text not in others.text


def test_who_reported_hears_what_came_of_it_and_whose_it_is_not_who_did(bench: Bench) -> None:
    bench.decide(bench.report("post"), "hide")
    assert "report_answered" in told(bench, bench.ben.account_id)
    page = bench.as_(bench.ben).get("/me/house-rules").text
    assert "Something was done about it" in page
    theirs = bench.as_(bench.ann).get("/me/house-rules").text
    assert "Please stay kind." in theirs
    assert "Ben" not in theirs


def test_a_report_that_is_left_says_so_and_can_be_taken_up_again(bench: Bench) -> None:
    case = bench.report("post")
    action = bench.decide(case, "leave", words="")
    assert "Left as it is" in bench.as_(bench.ben).get("/me/house-rules").text
    assert told(bench, bench.ann.account_id).count("moderation_done") == 0
    assert not bench.case(case).is_open
    bench.undo(action)
    assert bench.case(case).is_open


def test_one_person_reports_a_thing_once_and_many_make_one_case(bench: Bench) -> None:
    first = bench.report("post")
    with pytest.raises(errors.AlreadyReported):
        bench.report("post")
    assert bench.report("post", by=bench.maud) == first
    assert bench.case(first).report_count == 2


def test_after_a_decision_a_new_report_is_a_new_case(bench: Bench) -> None:
    first = bench.report("post")
    bench.decide(first, "leave", words="")
    assert bench.report("post", by=bench.maud) != first


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_reports_themselves(bench: Bench, kind: str) -> None:
    with pytest.raises(errors.OwnThing):
        bench.report(kind, by=bench.ann)


def test_reports_are_for_members_about_what_they_can_see(bench: Bench) -> None:
    with pytest.raises(errors.NoSuchThing):
        bench.inside(
            lambda: services.report(
                reporter_id=bench.ben.account_id,
                kind="nonsense",
                thing_id=bench.ben.id,
                reason="spam",
                words="",
                now=NOW,
            )
        )
    bench.decide(bench.report("post"), "hide")
    with pytest.raises(errors.NoSuchThing):
        bench.report("post", by=bench.maud)
    with pytest.raises(errors.UnknownReason):
        bench.report("comment", reason="ugly")
    with pytest.raises(errors.WordsTooLong):
        bench.report("comment", words="x" * 501)


def test_there_is_a_limit_to_reports(bench: Bench) -> None:
    posts = bench.inside(lambda: [say(bench.ann.account_id, f"Post {number}").id for number in range(11)])
    for post in posts[:10]:
        bench.things["post"] = post
        bench.report("post")
    bench.things["post"] = posts[10]
    with pytest.raises(TooManyAttempts):
        bench.report("post")


def test_a_suspended_member_reads_but_does_nothing(bench: Bench) -> None:
    action = bench.decide(bench.report("post"), "suspend", days=7)
    ann, post, gathering = bench.ann.account_id, bench.things["post"], bench.things["gathering"]
    for act in (
        lambda: say(ann, "More"),
        lambda: answer(post, ann),
        lambda: register(gathering, ann),
        lambda: selling.publish(listing_id=bench.things["listing"], seller_id=ann, now=NOW),
        lambda: services.report(
            reporter_id=ann, kind="profile", thing_id=bench.ben.id, reason="spam", words="", now=NOW
        ),
    ):
        with pytest.raises(MembershipSuspended, match="Please stay kind"):
            bench.inside(act)
    theirs = bench.as_(bench.ann)
    assert "A ladder" in theirs.get("/feed").text
    assert "You are suspended here" in theirs.get("/feed").text
    assert "You are suspended here" in theirs.get(f"/feed/{post}").text
    bench.undo(action)
    assert bench.inside(lambda: say(ann, "Back")).author_id == ann


def test_what_a_suspended_member_sells_is_off_the_market_and_comes_back(bench: Bench) -> None:
    action = bench.decide(bench.report("post"), "suspend")
    with bench.app.app_context():
        run_all(bench.app)
    assert "Walnut oil" not in bench.as_(bench.ben).get("/market").text
    bench.undo(action)
    with bench.app.app_context():
        run_all(bench.app)
    assert "Walnut oil" in bench.as_(bench.ben).get("/market").text


def test_a_suspension_ends_by_itself(bench: Bench) -> None:
    bench.decide(bench.report("post"), "suspend", days=3)
    member = bench.ann.id
    assert not bench.inside(lambda: standing.end_suspension(membership_id=member, now=NOW + timedelta(days=2)))
    assert bench.inside(lambda: standing.end_suspension(membership_id=member, now=NOW + timedelta(days=3)))
    assert bench.inside(lambda: membership.member_by_id(member)).is_active


def test_the_clock_lets_in_whose_time_is_over(bench: Bench) -> None:
    bench.decide(bench.report("post"), "suspend", days=1, now=NOW - timedelta(days=2))
    with bench.app.app_context():
        run_job(bench.app, name="membership.sweep_suspensions", hub_id=None, arguments={})
        run_all(bench.app)
    assert bench.inside(lambda: membership.member_by_id(bench.ann.id)).is_active


def test_of_two_suspensions_the_longer_counts_until_it_is_undone(bench: Bench) -> None:
    short = bench.decide(bench.report("post"), "suspend", days=3)
    long = bench.decide(bench.report("comment"), "suspend", days=0, words="For good.")
    person = bench.inside(lambda: membership.member_by_id(bench.ann.id))
    assert (person.suspended_until, person.suspended_reason) == (None, "For good.")
    bench.undo(long)
    person = bench.inside(lambda: membership.member_by_id(bench.ann.id))
    assert (person.is_suspended, person.suspended_until) == (True, NOW + timedelta(days=3))
    bench.undo(short)
    assert bench.inside(lambda: membership.member_by_id(bench.ann.id)).is_active


def test_letting_somebody_in_undoes_every_suspension(bench: Bench) -> None:
    bench.decide(bench.report("post"), "suspend", days=3)
    bench.decide(bench.report("comment"), "suspend", days=0)
    bench.inside(lambda: services.let_in(membership_id=bench.ann.id, words="", actor=bench.actor, now=NOW))
    assert bench.inside(lambda: membership.member_by_id(bench.ann.id)).is_active
    assert all(one.action.is_undone for one in bench.inside(lambda: queries.done_about(bench.ann.account_id)))


def test_who_was_suspended_without_a_case_is_let_in_as_well(bench: Bench) -> None:
    bench.inside(lambda: standing.suspend(membership_id=bench.ann.id, reason="spam", actor=bench.actor, now=NOW))
    bench.inside(lambda: services.let_in(membership_id=bench.ann.id, words="", actor=bench.actor, now=NOW))
    assert bench.inside(lambda: membership.member_by_id(bench.ann.id)).is_active


def test_hiding_and_warning_are_two_decisions_made_at_once(bench: Bench) -> None:
    case = bench.report("post")
    bench.decide(case, "hide", "warn")
    acts = {one.action.act for one in bench.inside(lambda: queries.done_about(bench.ann.account_id))}
    assert acts == {"hide", "warn"}


@pytest.mark.parametrize(
    ("acts", "values", "refusal"),
    [
        (["hide"], {"words": " "}, errors.WordsMissing),
        (["approve"], {}, errors.NotPossible),
        (["hide", "leave"], {}, errors.NotPossible),
        ([], {}, errors.NotPossible),
        (["suspend"], {"days": 5}, errors.NotPossible),
        (["hide"], {"seen": 1}, errors.DecidedMeanwhile),
        (["warn"], {"words": "x" * 501}, errors.WordsTooLong),
    ],
)
def test_what_cannot_be_decided_is_refused(
    bench: Bench, acts: list[str], values: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        bench.decide(bench.report("post"), *acts, **values)


def test_nobody_decides_about_themselves_and_nobody_with_a_role_is_suspended(bench: Bench) -> None:
    bench.things["profile"] = bench.hal.id
    case = bench.report("profile")
    with pytest.raises(errors.OwnCase):
        bench.decide(case, "warn")
    maud = Actor(bench.maud.account_id, "Maud")
    with pytest.raises(errors.NotPossible):
        bench.decide(case, "suspend", actor=maud)
    action = bench.decide(case, "warn", actor=maud)
    with pytest.raises(errors.OwnCase):
        bench.undo(action)


def test_nothing_is_undone_twice(bench: Bench) -> None:
    action = bench.decide(bench.report("post"), "hide")
    bench.undo(action)
    with pytest.raises(errors.AlreadyUndone):
        bench.undo(action)


def test_the_trail_names_every_step(bench: Bench) -> None:
    action = bench.decide(bench.report("post"), "hide")
    bench.undo(action)
    rows = bench.central(
        lambda: db.session.execute(
            select(AuditEvent.action, AuditEvent.actor_name, AuditEvent.reason)
            .where(AuditEvent.action.like("moderation.%"))
            .order_by(AuditEvent.id)
        ).all()
    )
    assert [tuple(row) for row in rows] == [
        ("moderation.report", "Ben", "unkind"),
        ("moderation.hide", "Hal", "Please stay kind."),
        ("moderation.undo.hide", "Hal", "We were wrong."),
    ]


def test_a_hidden_gathering_takes_nobody_and_cannot_be_changed(bench: Bench) -> None:
    gathering = bench.things["gathering"]
    bench.inside(lambda: register(gathering, bench.ben.account_id))
    bench.decide(bench.report("gathering"), "hide")
    assert "Repair café" not in bench.as_(bench.ben).get("/me/tickets").text
    with pytest.raises(OutOfSight):
        bench.inside(lambda: gatherings.publish_gathering(gathering_id=gathering, now=NOW))
    bench.inside(lambda: gatherings.cancel_gathering(gathering_id=gathering, reason="", with_following=False, now=NOW))
    assert bench.inside(lambda: gathering_queries.gathering(gathering).is_canceled)


def test_a_seller_does_not_publish_what_the_hub_took_down(bench: Bench) -> None:
    listing, ann = bench.things["listing"], bench.ann.account_id
    action = bench.decide(bench.report("listing"), "hide")
    with pytest.raises(TakenDown):
        bench.inside(lambda: selling.publish(listing_id=listing, seller_id=ann, now=NOW))
    bench.undo(action)
    assert bench.inside(lambda: catalogue.listing(listing)).is_live


def test_what_is_taken_down_while_its_seller_is_suspended_comes_back_when_both_are_over(bench: Bench) -> None:
    listing = bench.things["listing"]
    suspended = bench.decide(bench.report("post"), "suspend")
    with bench.app.app_context():
        run_all(bench.app)
    hidden = bench.decide(bench.inside(lambda: services.take_up(kind="listing", thing_id=listing, now=NOW)).id, "hide")
    bench.undo(hidden)
    assert not bench.inside(lambda: catalogue.listing(listing)).is_live
    bench.undo(suspended)
    with bench.app.app_context():
        run_all(bench.app)
    assert bench.inside(lambda: catalogue.listing(listing)).is_live


def test_strangers_are_still_asked_to_join(bench: Bench) -> None:
    with bench.app.app_context():
        stranger = make_member(make_hub("other"), "Zoe").account_id
    with pytest.raises(TalkForMembers):
        bench.inside(lambda: say(stranger, "Hello"))
