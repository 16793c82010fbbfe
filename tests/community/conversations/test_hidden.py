"""What is out of sight goes on by key, posts and comments together, and costs the same however much it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from hubapp.community.conversations.models import Comment, Post
from hubapp.community.conversations.views.managing import PAGE
from hubapp.kernel.db import unit_of_work
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_connector, make_member
from tests.factories.talk import answer, say
from tests.support.browsing import Browser
from tests.support.copied import copied
from tests.support.paged import cost, seen

MANAGE = "/manage/conversations"
HIDDEN: dict[str, Any] = {"hidden_at": NOW, "hidden_reason": "Not kind."}
RUDE = r"</bdi></b>: (Rude \d+)</p>"


@dataclass
class Feed:
    """A hub where Ann writes what is taken out of sight."""

    browser: Browser
    app: HubFlask
    hub_id: int

    def hide(self, numbers: range, *, every: int) -> list[str]:
        """Posts, and after each `every` of them a comment."""
        with self.app.app_context():
            ann = make_member(self.hub_id, "Ann").account_id
            with hub_scope(self.hub_id), unit_of_work():
                post = say(ann, "Kind")
                answer(post.id, ann, "Kind too")
                for number in numbers:
                    model: type[Post | Comment] = Post if number % every else Comment
                    copied(model, [{"body_md": f"Rude {number}", "hidden_by": ann, **HIDDEN}])
        return [f"Rude {number}" for number in numbers]


@pytest.fixture
def talk(app: HubFlask) -> Feed:
    with app.app_context():
        hub_id = make_hub()
        connector = make_connector(hub_id).account_id
    return Feed(Browser(app, hub_id, connector), app, hub_id)


def test_what_is_out_of_sight_goes_on(talk: Feed) -> None:
    made = talk.hide(range(2 * PAGE + 3), every=2)
    shown = seen(talk.browser.get, MANAGE, RUDE)
    assert [len(page) for page in shown] == [PAGE, PAGE, 3]
    assert [one for page in shown for one in page] == made[::-1]


def test_a_page_may_be_full_of_one_kind(talk: Feed) -> None:
    made = talk.hide(range(1, PAGE + 3), every=PAGE + 2)
    shown = seen(talk.browser.get, MANAGE, RUDE)
    assert [one for page in shown for one in page] == made[::-1]
    page = talk.browser.get(f"{MANAGE}?hidden=x")
    assert (page.status_code, 'rel="prev"' in page.text) == (200, False)


def test_it_costs_the_same_however_much_it_is(talk: Feed) -> None:
    talk.hide(range(2), every=2)
    few = cost(talk.browser.get, MANAGE)
    talk.hide(range(2, 2 * PAGE), every=2)
    assert cost(talk.browser.get, MANAGE) == few
