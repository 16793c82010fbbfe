"""Appeals: once per decision, decided by the core, heard by both sides."""

from __future__ import annotations

from uuid import UUID

import pytest

from hubapp.community.conversations import services as conversations
from hubapp.community.moderation import errors, network, services
from hubapp.community.moderation import queries as moderation
from hubapp.people.membership import queries as membership
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.platform import in_hub
from tests.factories.accounts import make_account
from tests.factories.hubs import NOW
from tests.factories.jobs import run_all
from tests.factories.moderating import LADDER, Bench
from tests.factories.notices import notices
from tests.factories.talk import say
from tests.support.browsing import Browser

CORE = Actor(UUID(int=9), "Noor")


def answer(bench: Bench, appeal_id: UUID, *, is_upheld: bool, words: str = "We read it all.") -> None:
    def act() -> None:
        with in_hub(bench.hub_id):
            services.answer_appeal(appeal_id=appeal_id, is_upheld=is_upheld, words=words, actor=CORE, now=NOW)

    bench.central(act)


def last(bench: Bench, account_id: UUID) -> str:
    with bench.app.app_context():
        return notices(account_id)[-1].kind


def test_what_the_core_undoes_is_undone_and_both_sides_hear(bench: Bench) -> None:
    action = bench.decide(bench.report("post"), "hide")
    appeal = bench.appeal(action)
    answer(bench, appeal, is_upheld=False)
    assert LADDER in bench.as_(bench.ben).get(f"/feed/{bench.things['post']}").text
    assert bench.action(action).undone_name == "Noor"
    assert last(bench, bench.ann.account_id) == "appeal_decided"
    assert last(bench, bench.hal.account_id) == "appeal_answered"


def test_what_the_core_upholds_stays(bench: Bench) -> None:
    action = bench.decide(bench.report("post"), "suspend")
    answer(bench, bench.appeal(action), is_upheld=True)
    assert bench.inside(lambda: membership.member_by_id(bench.ann.id)).is_suspended
    assert not bench.action(action).is_undone
    assert last(bench, bench.ann.account_id) == "appeal_decided"


def test_a_refused_text_that_the_core_allows_is_published(bench: Bench) -> None:
    bench.inside(lambda: conversations.choose_first_held(first_held=5, actor=CORE, now=NOW))
    post = bench.inside(lambda: say(bench.ben.account_id, "A fair word")).id
    with bench.app.app_context():
        run_all(bench.app)
    case = bench.inside(lambda: services.take_up(kind="post", thing_id=post, now=NOW)).id
    action = bench.decide(case, "refuse")
    answer(bench, bench.appeal(action, by=bench.ben), is_upheld=False)
    assert "A fair word" in bench.as_(bench.viv).get("/feed").text
    assert not bench.case(case).is_open


@pytest.mark.parametrize("act", ["leave", "hide"])
def test_one_appeals_once_what_was_decided_about_oneself(bench: Bench, act: str) -> None:
    action = bench.decide(bench.report("post"), act)
    with pytest.raises(errors.NoSuchAction):
        bench.appeal(action, by=bench.ben)
    if act == "hide":
        bench.appeal(action)
    with pytest.raises(errors.CannotAppeal):
        bench.appeal(action)


def test_an_appeal_is_decided_once_and_says_why(bench: Bench) -> None:
    appeal = bench.appeal(bench.decide(bench.report("post"), "warn"))
    with pytest.raises(errors.WordsMissing):
        answer(bench, appeal, is_upheld=True, words=" ")
    answer(bench, appeal, is_upheld=True)
    with pytest.raises(errors.AlreadyDecided):
        answer(bench, appeal, is_upheld=False)


def test_a_decision_that_the_hub_takes_back_answers_its_appeal(bench: Bench) -> None:
    action = bench.decide(bench.report("post"), "hide")
    bench.appeal(action)
    bench.undo(action)
    assert bench.central(network.count_appeals) == 0
    with pytest.raises(errors.CannotAppeal):
        bench.appeal(bench.decide(bench.report("comment"), "hide")) and bench.appeal(action)


def test_one_appeals_on_the_page_also_while_suspended(bench: Bench) -> None:
    action = bench.decide(bench.report("post"), "suspend")
    theirs, path = bench.as_(bench.ann), f"/me/house-rules/{action}/appeal"
    assert theirs.post(path, {"words": ""}).status_code == 422
    assert theirs.post(path, {"words": "It was a joke."}).status_code == 303
    page = theirs.get("/me/house-rules").text
    assert "the network will decide" in page
    assert "It was a joke." in page
    assert bench.as_(bench.ben).get(path).status_code == 404


def test_the_central_team_reads_the_whole_story_and_decides(bench: Bench) -> None:
    appeal = bench.appeal(bench.decide(bench.report("post"), "hide"))
    with bench.app.app_context():
        noor, stranger = make_account("Noor", is_central=True), make_account("Sam")
    core = Browser(bench.app, None, noor)
    assert "Ann" in core.get("/console/appeals").text
    path = f"/console/appeals/{appeal}"
    story = core.get(path).text
    for words in ("It was a joke.", "Please stay kind.", LADDER, "Not nice.", "Ben", "Hal"):
        assert words in story
    assert core.post(path, {"words": "We read it all."}).status_code == 422
    assert core.post(path, {"verdict": "undo", "words": "We read it all."}).status_code == 303
    assert LADDER in bench.as_(bench.ben).get(f"/feed/{bench.things['post']}").text
    assert "Appealed: undone" in core.get("/console/appeals?state=done").text
    assert Browser(bench.app, None, stranger).get("/console/appeals").status_code == 403


def test_what_is_reported_about_a_connector_is_for_the_core_to_decide(bench: Bench) -> None:
    bench.things["profile"] = bench.maud.id
    case = bench.report("profile")
    with bench.app.app_context():
        noor = make_account("Noor", is_central=True)
    core, path = Browser(bench.app, None, noor), f"/console/appeals/cases/{case}"
    assert path in core.get("/console/appeals").text
    assert core.post(path, {"act": "warn", "words": "", "seen": "0"}).status_code == 422
    assert core.post(path, {"act": "warn", "words": "Please listen more.", "seen": "0"}).status_code == 303
    assert path not in core.get("/console/appeals").text
    assert last(bench, bench.maud.account_id) == "moderation_done"


def test_what_the_core_decided_about_a_connector_only_the_core_undoes(bench: Bench) -> None:
    bench.things["profile"] = bench.maud.id
    case = bench.report("profile")
    with bench.app.app_context():
        core = Browser(bench.app, None, make_account("Noor", is_central=True))
    path = f"/console/appeals/cases/{case}"
    assert core.post(path, {"act": "hide", "words": "Not your photograph.", "seen": "0"}).status_code == 303
    (action,) = bench.inside(lambda: moderation.done_about(bench.maud.account_id))
    with pytest.raises(errors.CoresDecision):
        bench.undo(action.action.id)
    helper = bench.as_(bench.hal)
    assert helper.post(f"/manage/moderation/actions/{action.action.id}/undo", {"words": ""}).status_code == 403
    assert "only the network undoes it" in helper.get(f"/manage/moderation/{case}").text
    assert path in core.get("/console/appeals?state=done").text
    assert core.post(f"/console/appeals/decisions/{action.action.id}/undo", {"words": "Sorry."}).status_code == 303
    assert bench.action(action.action.id).is_undone
    assert last(bench, bench.maud.account_id) == "moderation_undone"


def test_the_overview_says_that_appeals_wait(bench: Bench) -> None:
    bench.appeal(bench.decide(bench.report("post"), "warn"))
    with bench.app.app_context():
        noor = make_account("Noor", is_central=True)
    assert "1 appeal waits for the network" in Browser(bench.app, None, noor).get("/console/").text
