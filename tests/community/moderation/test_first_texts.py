"""First texts of new members, where the hub wants to look at them first."""

from __future__ import annotations

from uuid import UUID

import pytest

from hubapp.community.conversations import services as conversations
from hubapp.community.conversations.errors import BadNumber, NotWaiting
from hubapp.community.moderation import queries
from tests.factories.hubs import NOW
from tests.factories.jobs import run_all
from tests.factories.members import make_member
from tests.factories.moderating import Bench
from tests.factories.notices import notices
from tests.factories.talk import answer, say
from tests.support.browsing import Browser


def hold(bench: Bench, number: int) -> None:
    bench.inside(lambda: conversations.choose_first_held(first_held=number, actor=bench.actor, now=NOW))


def waiting(bench: Bench) -> list[UUID]:
    with bench.app.app_context():
        run_all(bench.app)
    return [row.id for row in bench.inside(queries.open_cases).cases]


@pytest.fixture
def nia(bench: Bench) -> UUID:
    """Somebody new, in a hub that looks at the first two texts of each."""
    hold(bench, 2)
    with bench.app.app_context():
        return make_member(bench.hub_id, "Nia").account_id


def test_a_first_post_waits_and_only_its_author_sees_it(bench: Bench, nia: UUID) -> None:
    post = bench.inside(lambda: say(nia, "Hello from Nia")).id
    path = f"/feed/{post}"
    assert "Hello from Nia" not in bench.as_(bench.ben).get("/feed").text
    assert bench.as_(bench.ben).get(path).status_code == 404
    theirs = Browser(bench.app, bench.hub_id, nia).get(path).text
    assert "Hello from Nia" in theirs
    assert "This waits until somebody of the hub has looked at it." in theirs


def test_what_is_approved_is_there_for_all_and_told_as_if_written_now(bench: Bench, nia: UUID) -> None:
    post = bench.inside(lambda: say(nia, "Hello, @ben!")).id
    case = waiting(bench)[0]
    action = bench.decide(case, "approve", words="")
    assert "Hello, @ben!" in bench.as_(bench.ben).get(f"/feed/{post}").text.replace("</b>", "").replace(
        '<a class="mention" href="/members/@ben">', ""
    ).replace("</a>", "")
    bench.undo(action)
    assert bench.as_(bench.ben).get(f"/feed/{post}").status_code == 404
    assert waiting(bench) == [case]


def test_what_is_refused_says_why_and_can_be_appealed(bench: Bench, nia: UUID) -> None:
    post = bench.inside(lambda: say(nia, "Buy my pills")).id
    action = bench.decide(waiting(bench)[0], "refuse", words="No pills here.")
    assert "Buy my pills" not in bench.as_(bench.ben).get(f"/feed/{post}").text
    theirs = Browser(bench.app, bench.hub_id, nia)
    assert "No pills here." in theirs.get(f"/feed/{post}").text
    assert theirs.get(f"/me/house-rules/{action}/appeal").status_code == 200
    with bench.app.app_context():
        assert [one.kind for one in notices(nia)][-1] == "moderation_done"


def test_comments_wait_too_and_do_not_count_until_they_are_let_out(bench: Bench, nia: UUID) -> None:
    post = bench.things["post"]
    bench.inside(lambda: answer(post, nia, "I know somebody."))
    assert "I know somebody." not in bench.as_(bench.ben).get(f"/feed/{post}").text
    assert "I know somebody." in bench.as_(bench.viv).get(f"/feed/{post}").text
    bench.decide(waiting(bench)[0], "approve", words="")
    assert "I know somebody." in bench.as_(bench.ben).get(f"/feed/{post}").text


def test_after_enough_were_let_out_nothing_waits_any_more(bench: Bench, nia: UUID) -> None:
    for number in range(2):
        assert bench.inside(lambda number=number: say(nia, f"Number {number}")).is_held
        bench.decide(waiting(bench)[0], "approve", words="")
    assert not bench.inside(lambda: say(nia, "Number 3")).is_held


def test_refused_texts_do_not_make_somebody_known(bench: Bench, nia: UUID) -> None:
    for _ in range(3):
        assert bench.inside(lambda: say(nia, "Buy my pills")).is_held
        bench.decide(waiting(bench)[0], "refuse")


def test_helpers_never_wait_and_without_the_setting_nobody_does(bench: Bench, nia: UUID) -> None:
    assert not bench.inside(lambda: say(bench.hal.account_id, "From the hub")).is_held
    hold(bench, 0)
    assert not bench.inside(lambda: say(nia, "Hello")).is_held


def test_what_its_author_deleted_does_not_wait(bench: Bench, nia: UUID) -> None:
    post = bench.inside(lambda: say(nia, "Oops")).id
    bench.inside(lambda: conversations.delete_post(post_id=post, author_id=nia, now=NOW))
    assert waiting(bench) == []
    with pytest.raises(NotWaiting):
        bench.inside(lambda: conversations.release(post_id=post, comment_id=None, actor=bench.actor, now=NOW))


@pytest.mark.parametrize("number", [-1, 11])
def test_only_a_few_can_be_held(bench: Bench, number: int) -> None:
    with pytest.raises(BadNumber):
        hold(bench, number)


def test_the_connector_chooses_how_many(bench: Bench) -> None:
    boss = bench.as_(bench.maud)
    page = "/manage/conversations"
    assert boss.post(f"{page}/first", {"first_held": "three"}, form_page=page).status_code == 422
    assert boss.post(f"{page}/first", {"first_held": "3"}, form_page=page).status_code == 303
    assert 'value="3"' in boss.get(page).text
    assert bench.as_(bench.hal).get(page).status_code == 403
