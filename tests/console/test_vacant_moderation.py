"""A hub that nobody looks after: what is reported and held there is the core's to decide, until somebody does."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select, update

from hubapp.community.conversations import services as conversations
from hubapp.community.moderation import queries
from hubapp.console import notices as kinds
from hubapp.kernel.db import db
from hubapp.people.membership import queries as membership
from hubapp.people.membership import services as members
from hubapp.people.notifications import rights
from hubapp.people.notifications.models import Notice
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.models import AuditEvent, Hub, HubStatus
from hubapp.web.areas import HubFlask
from tests.console.conftest import Browser
from tests.factories.accounts import make_account
from tests.factories.hubs import NOW, make_hub
from tests.factories.jobs import run_all
from tests.factories.members import make_connector, make_member
from tests.factories.moderating import LADDER, Bench, make_bench
from tests.factories.notices import mails, notices
from tests.factories.talk import say
from tests.support import browsing
from tests.support.queries import counted

QUEUE = "/console/hubs/lyon/moderation"
CASES = "/console/appeals/cases"


@pytest.fixture
def bench(app: HubFlask) -> Bench:
    """A hub from which its connector has gone; helpers are left."""
    found = make_bench(app)
    found.inside(lambda: members.revoke_role(membership_id=found.maud.id, actor=SYSTEM, now=NOW))
    return found


def told(bench: Bench, account_id: UUID) -> list[Notice]:
    with bench.app.app_context():
        run_all(bench.app)
        return [one for one in notices(account_id) if one.kind.startswith("core_")]


def audited(bench: Bench) -> set[tuple[str, str]]:
    asked = select(AuditEvent.action, AuditEvent.actor_name).where(AuditEvent.action.startswith("moderation."))
    return {(row.action, row.actor_name) for row in bench.central(lambda: db.session.execute(asked).all())}


def test_what_is_reported_reaches_the_central_team_and_is_counted(bench: Bench, central: Browser) -> None:
    case = bench.report("post")
    bench.report("post", by=bench.viv)
    (notice,) = told(bench, central.account_id)
    assert (notice.kind, notice.hub_id, notice.path) == ("core_case", None, f"{CASES}/{case}")
    assert "was reported in" in central.get("/notifications").text
    with bench.app.app_context():
        assert len(mails(central.account_id)) == 1
    assert told(bench, bench.ben.account_id) == []
    for page in ("/console/", "/console/vacant"):
        assert "1 report or first text waits" in central.get(page).text
    for page in ("/console/vacant", "/console/appeals"):
        assert f'href="{QUEUE}"' in central.get(page).text
    assert f"{CASES}/{case}" in central.get(QUEUE).text


def test_the_central_team_decides_without_any_role_there_and_undoes(bench: Bench, central: Browser) -> None:
    case = bench.report("post")
    path = f"{CASES}/{case}"
    assert LADDER in central.get(path).text
    assert central.post(path, act="suspend", words="", seen="0").status_code == 422
    done = {"act": "suspend", "days": "7", "is_hidden_too": "y", "words": "Please stay kind.", "seen": "0"}
    answer = central.post(path, **done)
    assert (answer.status_code, answer.location) == (303, path)
    assert bench.inside(lambda: membership.member_by_id(bench.ann.id)).is_suspended
    assert LADDER not in bench.as_(bench.ben).get("/feed").text
    assert bench.inside(lambda: membership.member(central.account_id)) is None
    assert {("moderation.hide", "Noor Central"), ("moderation.suspend", "Noor Central")} <= audited(bench)
    assert path in central.get(f"{QUEUE}?state=done").text
    suspension = bench.inside(lambda: queries.done_about(bench.ann.account_id))[0].action
    assert central.post(f"/console/appeals/decisions/{suspension.id}/undo", words="Enough.").status_code == 303
    assert not bench.inside(lambda: membership.member_by_id(bench.ann.id)).is_suspended


@pytest.mark.parametrize(("act", "is_seen"), [("approve", True), ("refuse", False)])
def test_a_first_text_that_waits_is_let_out_or_not(bench: Bench, central: Browser, act: str, is_seen: bool) -> None:
    bench.inside(lambda: conversations.choose_first_held(first_held=5, actor=SYSTEM, now=NOW))
    bench.inside(lambda: say(bench.ben.account_id, "A fair word"))
    (notice,) = told(bench, central.account_id)
    assert "A first text waits" in central.get("/notifications").text
    assert central.post(notice.path, act=act, words="We read it.", seen="0").status_code == 303
    assert ("A fair word" in bench.as_(bench.viv).get("/feed").text) == is_seen
    assert "Nothing waits" in central.get(QUEUE).text


def test_once_somebody_looks_after_the_hub_it_is_theirs(bench: Bench, central: Browser) -> None:
    case, action = bench.report("comment"), bench.decide(bench.report("post"), "hide")
    with bench.app.app_context():
        connector = make_connector(bench.hub_id, "Nour")
    before = told(bench, central.account_id)
    for path in (QUEUE, f"{CASES}/{case}"):
        assert "Somebody looks after this hub" in central.get(path).text
    assert central.post(f"{CASES}/{case}", act="leave", seen="0").status_code == 404
    assert central.post(f"/console/appeals/decisions/{action}/undo").status_code == 404
    assert not bench.action(action).is_undone
    assert "first text" not in central.get("/console/").text
    assert QUEUE not in central.get("/console/appeals").text
    assert "Nour" not in central.get("/console/vacant").text
    assert str(case) in bench.as_(connector).get("/manage/moderation").text
    bench.report("listing")
    assert told(bench, central.account_id) == before == []


def test_what_the_core_decided_there_the_next_connector_undoes(bench: Bench, central: Browser) -> None:
    case = bench.report("post")
    assert central.post(f"{CASES}/{case}", act="hide", words="Not kind.", seen="0").status_code == 303
    with bench.app.app_context():
        make_connector(bench.hub_id, "Nour")
    (one,) = bench.inside(lambda: queries.done_about(bench.ann.account_id))
    bench.undo(one.action.id)
    assert LADDER in bench.as_(bench.ben).get("/feed").text


def test_nobody_decides_about_themselves_there_either(bench: Bench, central: Browser) -> None:
    with bench.app.app_context():
        bench.things["profile"] = make_member(bench.hub_id, "Noor", account_id=central.account_id).id
    case = bench.report("profile")
    assert told(bench, central.account_id) == []
    assert central.get(f"{CASES}/{case}").status_code == 403
    assert central.post(f"{CASES}/{case}", act="warn", words="Tut.", seen="0").status_code == 403


def test_the_core_hears_of_the_only_one_who_could_decide(app: HubFlask, central: Browser) -> None:
    bench = make_bench(app)
    bench.things["profile"] = bench.maud.id
    bench.report("profile")
    assert told(bench, central.account_id) == []
    bench.inside(lambda: members.revoke_role(membership_id=bench.hal.id, actor=SYSTEM, now=NOW))
    bench.report("profile", by=bench.ann)
    (notice,) = told(bench, central.account_id)
    assert central.get(notice.path).status_code == 200


def test_a_closed_hub_keeps_nobody_busy(bench: Bench, central: Browser) -> None:
    bench.report("post")
    bench.central(lambda: db.session.execute(update(Hub).values(status=HubStatus.CLOSED)))
    assert "first text" not in central.get("/console/").text
    assert QUEUE not in central.get("/console/appeals").text


def test_an_appeal_reaches_the_central_team_and_nobody_else(app: HubFlask, central: Browser) -> None:
    bench = make_bench(app)
    action = bench.decide(bench.report("post"), "hide")
    appeal = bench.appeal(action)
    (notice,) = told(bench, central.account_id)
    assert (notice.kind, notice.path) == ("core_appeal", f"/console/appeals/{appeal}")
    assert "It was a joke." in central.get("/notifications").text
    assert told(bench, bench.maud.account_id) == []
    bench.undo(action)
    other = bench.appeal(bench.decide(bench.report("comment"), "hide"))
    bench.undo(bench.inside(lambda: queries.done_about(bench.ann.account_id))[0].action.id)
    assert all(str(other) not in one.path for one in told(bench, central.account_id))


def test_only_the_central_team_is_offered_and_told_what_concerns_it(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        hub_id = make_hub("lyon")
        connector = make_connector(hub_id, account_id=central.account_id)
        stranger = make_account("Sam")
        for kind in (kinds.CASE, kinds.APPEAL):
            assert rights.may_see(kind, account_id=connector.account_id, hub_id=None)
            assert not rights.may_see(kind, account_id=stranger, hub_id=None)
    for who, here, is_offered in (
        (central.account_id, None, True),
        (central.account_id, hub_id, False),
        (stranger, None, False),
    ):
        page = browsing.Browser(app, here, who).get("/me/notifications").text
        assert ("mail-core_case" in page) == is_offered


def test_twenty_reports_cost_what_one_does(bench: Bench, central: Browser) -> None:
    bench.report("post")
    assert central.get(QUEUE).status_code == 200
    with counted() as few:
        central.get(QUEUE)
    for _number in range(queries.PAGE - 1):
        bench.another("post")
    with counted() as many:
        assert central.get(QUEUE).text.count("<article") == queries.PAGE
    assert len(many) == len(few), many


def test_nobody_else_opens_the_queue(bench: Bench) -> None:
    case = bench.report("post")
    stranger = browsing.Browser(bench.app, None, bench.hal.account_id)
    for path in (QUEUE, f"{CASES}/{case}"):
        assert stranger.get(path).status_code == 403
