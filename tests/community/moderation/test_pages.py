"""The pages of moderation: who may open which, what they do without a script, and what a role loses at once."""

from __future__ import annotations

import pytest

from hubapp.community.moderation import queries
from hubapp.people.membership import services as membership
from tests.factories.hubs import NOW
from tests.factories.moderating import LADDER, Bench
from tests.factories.talk import say
from tests.support.queries import counted

QUEUE = "/manage/moderation"


def asked(statements: list[str]) -> list[str]:
    """Those of this slice and about members; a session that is marked as seen now and then is not its business."""
    return [one for one in statements if "moderation_" in one or "membership" in one]


def cases(bench: Bench) -> list[str]:
    return [str(row.id) for row in bench.inside(queries.open_cases).cases]


def test_a_member_reports_with_a_reason_and_once(bench: Bench) -> None:
    ben, path = bench.as_(bench.ben), f"/report/post/{bench.things['post']}"
    assert path in ben.get(f"/feed/{bench.things['post']}").text
    assert ben.post(path, {"words": "x"}).status_code == 422
    assert ben.post(path, {"reason": "unkind", "words": "Not nice."}).status_code == 303
    assert "You have reported this already" in ben.get(path).text
    assert "Waits to be looked at" in ben.get("/me/house-rules").text
    assert len(cases(bench)) == 1


@pytest.mark.parametrize("kind", ["post", "comment", "gathering", "listing", "profile"])
def test_every_thing_shows_the_way_to_report_it_to_members_only(bench: Bench, kind: str) -> None:
    post = bench.things["post"]
    pages = {
        "post": f"/feed/{post}",
        "comment": f"/feed/{post}",
        "gathering": "/events/repair-cafe-2026-11-28",
        "listing": f"/market/{bench.things['listing']}",
        "profile": "/members/@ann",
    }
    link = f"/report/{kind}/{bench.things[kind]}"
    if kind == "gathering":
        slug = bench.as_(None).get("/events").text.split('href="/events/')[1].split('"')[0]
        pages["gathering"] = f"/events/{slug}"
    assert link in bench.as_(bench.ben).get(pages[kind]).text
    assert link not in bench.as_(None).get(pages[kind]).text
    assert link not in bench.as_(bench.ann).get(pages[kind]).text
    assert bench.as_(None).get(link).status_code == 303
    assert bench.as_(bench.ann).get(link).status_code == 409


def test_what_is_not_there_cannot_be_reported(bench: Bench) -> None:
    ben = bench.as_(bench.ben)
    assert ben.get(f"/report/post/{bench.ben.id}").status_code == 404
    assert ben.get(f"/report/nonsense/{bench.things['post']}").status_code == 404


def test_the_queue_is_for_those_with_the_right_and_looking_is_not_acting(bench: Bench) -> None:
    case = bench.report("post")
    path = f"{QUEUE}/{case}"
    for person in (None, bench.ben, bench.ann):
        assert bench.as_(person).get(QUEUE).status_code in {303, 403}
        assert bench.as_(person).get(path).status_code in {303, 403}
    viewer = bench.as_(bench.viv)
    seen = viewer.get(path).text
    assert LADDER in seen
    assert "You may look." in seen
    assert 'name="act"' not in seen
    assert viewer.post(path, {"act": "hide", "words": "x", "seen": "0"}, form_page="/feed").status_code == 403
    for person in (bench.hal, bench.maud):
        assert 'name="act"' in bench.as_(person).get(path).text


def test_a_helper_decides_and_undoes_on_the_page(bench: Bench) -> None:
    case = bench.report("post")
    helper, path = bench.as_(bench.hal), f"{QUEUE}/{case}"
    assert "Not nice." in helper.get(path).text
    assert helper.post(path, {"act": "hide", "words": "", "seen": "0"}).status_code == 422
    assert helper.post(path, {"words": "x", "seen": "0"}).status_code == 422
    done = {"act": "warn", "is_hidden_too": "y", "words": "Please stay kind.", "seen": "0"}
    assert helper.post(path, done).status_code == 303
    overtaken = helper.post(path, {**done, "act": "warn"})
    assert overtaken.status_code == 422
    assert "Somebody else has decided meanwhile" in overtaken.text
    assert LADDER not in bench.as_(bench.ben).get(f"/feed/{bench.things['post']}").text
    actions = bench.inside(lambda: queries.done_about(bench.ann.account_id))
    for one in actions:
        assert helper.post(f"{QUEUE}/actions/{one.action.id}/undo", {"words": ""}, form_page=path).status_code == 303
    assert LADDER in bench.as_(bench.ben).get(f"/feed/{bench.things['post']}").text
    assert (
        bench.as_(bench.viv).post(f"{QUEUE}/actions/{actions[0].action.id}/undo", {}, form_page="/feed").status_code
        == 403
    )


def test_one_decides_about_what_nobody_reported(bench: Bench) -> None:
    helper, path = bench.as_(bench.hal), f"{QUEUE}/about/profile/{bench.ann.id}"
    assert "Nobody has reported this." in helper.get(path).text
    gone = helper.post(path, {"act": "suspend", "days": "0", "words": "Enough.", "seen": "0"})
    assert gone.status_code == 303
    assert helper.get(path).status_code == 303
    assert "Let Ann take part again" in helper.get(gone.location).text
    assert "suspended" in bench.as_(bench.maud).get(f"/manage/members/{bench.ann.id}").text
    back = helper.post(f"{QUEUE}/people/{bench.ann.id}/let-in", form_page=gone.location)
    assert back.status_code == 303
    assert "Let Ann take part again" not in helper.get(gone.location).text


def test_who_is_suspended_is_told_so_on_every_page_where_they_would_act(bench: Bench) -> None:
    bench.decide(bench.report("post"), "suspend", words="Too loud.")
    theirs = bench.as_(bench.ann)
    slug = theirs.get("/events").text.split('href="/events/')[1].split('"')[0]
    for path in ("/feed", f"/feed/{bench.things['post']}", f"/events/{slug}", "/sell", "/join", "/me/house-rules"):
        assert "You are suspended here" in theirs.get(path).text, path
    for path in ("/sell/new", "/feed/new", "/me/profile"):
        assert theirs.get(path).location.endswith("/join") or "join" in theirs.get(path).location, path
    refused = theirs.get(f"/report/profile/{bench.ben.id}")
    assert refused.status_code == 403
    assert "Too loud." in refused.text


def test_what_a_role_loses_it_loses_at_once(bench: Bench) -> None:
    case, helper = bench.report("post"), bench.as_(bench.hal)
    path = f"{QUEUE}/{case}"
    assert helper.get(path).status_code == 200
    token = helper.token(path)
    bench.inside(
        lambda: membership.grant_role(
            membership_id=bench.hal.id, role="helper", permissions=("moderation.view",), actor=bench.actor, now=NOW
        )
    )
    late = {"csrf_token": token, "act": "hide", "words": "x", "seen": "0"}
    assert helper.client.post(path, base_url=helper.base_url, data=late).status_code == 403
    assert helper.get(path).status_code == 200
    bench.inside(lambda: membership.revoke_role(membership_id=bench.hal.id, actor=bench.actor, now=NOW))
    assert helper.get(path).status_code == 403


@pytest.mark.parametrize(
    ("right", "opens", "stays_shut"),
    [
        ("events.view", ["/manage/events"], ["/manage/events/new", "/manage/orders", QUEUE]),
        ("events.manage", ["/manage/events", "/manage/events/new"], ["/manage/listings", "/manage/turnover"]),
        ("market.view", ["/manage/listings", "/manage/orders", "/manage/disputes"], ["/manage/turnover", QUEUE]),
        ("listings.manage", ["/manage/listings"], ["/manage/events", "/manage/turnover"]),
        ("moderation.view", [QUEUE], ["/manage/orders", "/manage/events"]),
        ("turnover.view", ["/manage/turnover", "/manage/reports"], ["/manage/orders", QUEUE]),
    ],
)
def test_each_area_opens_its_own_pages(bench: Bench, right: str, opens: list[str], stays_shut: list[str]) -> None:
    bench.inside(
        lambda: membership.grant_role(
            membership_id=bench.viv.id, role="helper", permissions=(right,), actor=bench.actor, now=NOW
        )
    )
    helper = bench.as_(bench.viv)
    assert {path: helper.get(path).status_code for path in opens} == dict.fromkeys(opens, 200)
    assert {path: helper.get(path).status_code for path in stays_shut} == dict.fromkeys(stays_shut, 403)


def test_only_the_connector_gives_rights(bench: Bench) -> None:
    for person in (bench.ben, bench.hal, bench.viv):
        assert bench.as_(person).get("/manage/team").status_code == 403
        assert bench.as_(person).get(f"/manage/team/{bench.ben.id}").status_code == 403
    assert bench.as_(bench.maud).get("/manage/team").status_code == 200


def test_the_queue_pages_by_key_and_empty_it_says_so(bench: Bench) -> None:
    helper = bench.as_(bench.hal)
    assert "Nothing waits" in helper.get(QUEUE).text
    for number in range(queries.PAGE + 1):
        author = (bench.ann, bench.maud, bench.viv)[number % 3].account_id
        post = bench.inside(lambda author=author, number=number: say(author, f"Post {number:02}"))
        bench.things["post"] = post.id
        reporters = (bench.ben, bench.hal, bench.maud)
        bench.report("post", by=reporters[number % 3])
    first = helper.get(QUEUE).text
    assert "Post 00" in first
    assert "Post 20" not in first
    following = first.split(f'href="{QUEUE}?key=')[1].split('"')[0]
    assert "Post 20" in helper.get(f"{QUEUE}?key={following}").text
    assert helper.get(f"{QUEUE}?state=done&key=nonsense").status_code == 200


def test_today_says_what_waits(bench: Bench) -> None:
    bench.report("post")
    assert "1 report or first post waits" in bench.as_(bench.maud).get("/manage/").text


def test_a_case_costs_the_same_however_long_its_story(bench: Bench) -> None:
    case = bench.report("post")
    helper = bench.as_(bench.viv)
    helper.get(f"{QUEUE}/{case}")
    with counted() as before:
        helper.get(f"{QUEUE}/{case}")
    for person in (bench.maud, bench.hal):
        bench.report("post", by=person)
    bench.decide(bench.report("comment"), "warn")
    with counted() as after:
        helper.get(f"{QUEUE}/{case}")
    assert len(asked(after)) <= len(asked(before))
