"""What a form changed comes back as its part of the page: the page's own markup, for the page's own price."""

from __future__ import annotations

import re

import pytest

from hubapp.web.areas import HubFlask
from tests.community.conversations.test_pages import Scene, make_scene
from tests.factories import talk
from tests.support.queries import counted

MANAGE = "/manage/conversations"


@pytest.fixture
def closed(app: HubFlask) -> Scene:
    return make_scene(app)


def without_tokens(text: str) -> str:
    return re.sub(r'(name="csrf_token" value=)"[^"]*"', r"\1", re.sub(r"\s+", " ", text))


def test_a_topic_comes_back_with_the_list_of_topics_as_the_page_has_it(closed: Scene) -> None:
    boss = closed.as_(closed.connector)
    answer = boss.change(f"{MANAGE}/topics", {"name": "Garden", "tone": "accent"}, page=MANAGE, part="topic-part")
    said, _, part = answer.text.partition("\n")
    assert answer.status_code == 200
    assert 'id="said" hx-swap-oob="innerHTML"' in said
    assert "Topic added." in answer.text
    assert "Garden" in part
    assert "<h1" not in part
    listed = part[part.index("<ul") : part.index("</ul>")]
    assert without_tokens(listed) in without_tokens(boss.get(MANAGE).text)


def test_a_part_costs_what_the_page_costs_and_what_was_done(closed: Scene) -> None:
    boss = closed.as_(closed.connector)
    path, page = f"/feed/{closed.post_id}/pin", f"/feed/{closed.post_id}"
    boss.get(page)
    with counted() as read:
        boss.get(page)
    token = boss.token(page)
    with counted() as done:
        boss.client.post(path, base_url=boss.base_url, data={"csrf_token": token})
    with counted() as both:
        answer = boss.change(path, {"off": "1"}, page=page)
    assert "Taken down from above the feed." in answer.text
    # `send` reads the page for its token.
    assert len(both) <= 2 * len(read) + len(done)


def test_what_is_wrong_comes_back_as_the_part_too(closed: Scene) -> None:
    boss = closed.as_(closed.connector)
    answer = boss.change(f"{MANAGE}/topics", {"name": "", "tone": "accent"}, page=MANAGE, part="topic-part")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "<html" not in answer.text


def test_a_part_that_a_page_has_not_got_is_its_middle(closed: Scene) -> None:
    boss = closed.as_(closed.connector)
    answer = boss.change(f"{MANAGE}/first", {"first_held": "2"}, page=MANAGE, part="no-such-part")
    assert answer.headers["HX-Retarget"] == "#main"
    assert "<h1" in answer.text


def test_without_htmx_one_is_sent_to_the_page(closed: Scene) -> None:
    boss = closed.as_(closed.connector)
    answer = boss.post(f"{MANAGE}/first", {"first_held": "2"}, form_page=MANAGE)
    assert (answer.status_code, answer.location) == (303, f"{MANAGE}#first")
    assert "HX-Redirect" not in answer.headers


def test_whoever_is_on_another_page_is_sent_there_by_the_browser(closed: Scene) -> None:
    boss = closed.as_(closed.connector)
    answer = boss.change(f"/feed/{closed.post_id}/pin", {}, page="/feed/new")
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["HX-Redirect"] == f"/feed/{closed.post_id}"


def test_whoever_is_signed_out_meanwhile_signs_in_on_a_whole_page(closed: Scene) -> None:
    headers = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "main#main"}
    answer = closed.as_(None).post(f"/feed/{closed.post_id}/pin", {}, form_page="/join", headers=headers)
    assert "/auth/login?next=" in answer.headers["HX-Redirect"]


def test_one_goes_on_reading_where_one_was(closed: Scene) -> None:
    second = closed.inside(lambda: talk.answer(closed.post_id, closed.ben, "Or two.").id)
    page = f"/feed/{closed.post_id}?reply={closed.comment_id}"
    answer = closed.as_(closed.ben).change(f"/feed/{closed.post_id}/comments/{second}/delete", {}, page=page)
    assert "Or two." not in answer.text
    assert "In reply to Ben" in answer.text
    assert f'id="c-{second}" data-at' in answer.text
