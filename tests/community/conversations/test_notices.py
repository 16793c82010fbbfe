"""Who hears of what is written: those who wrote there, and those who are named, unless they blocked the writer."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

import pytest

from hubapp.community.conversations import services
from hubapp.kernel.db import unit_of_work
from hubapp.people.membership import services as membership
from hubapp.people.notifications import wording
from hubapp.people.notifications.models import Notice
from hubapp.people.notifications.rendering import Found
from hubapp.people.profiles import services as profiles
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub
from tests.factories.jobs import run_all
from tests.factories.members import make_member
from tests.factories.notices import notices
from tests.factories.talk import answer, say

NOBODY = UUID(int=0)


@dataclass
class Square:
    """A hub where Ann has asked something."""

    app: HubFlask
    hub_id: int
    post_id: UUID = NOBODY
    people: dict[str, UUID] = field(default_factory=dict)

    def answer(self, who: str, words: str = "I have one.") -> UUID:
        with hub_scope(self.hub_id), unit_of_work():
            comment_id = answer(self.post_id, self.people[who], words).id
        run_all(self.app)
        return comment_id

    def heard(self, who: str) -> list[tuple[str, int]]:
        """(kind, how many together) of what somebody was told here."""
        return [(one.kind, one.count) for one in self.told(who)]

    def told(self, who: str) -> list[Notice]:
        return [one for one in notices(self.people[who]) if one.kind not in {"member_joined", "member_brought"}]


@pytest.fixture
def square(app: HubFlask) -> Square:
    with app.app_context():
        made = Square(app, make_hub("lyon"))
        for name in ("Ann", "Ben", "Cleo", "Mo"):
            made.people[name] = make_member(made.hub_id, name).account_id
        with hub_scope(made.hub_id), unit_of_work():
            made.post_id = say(made.people["Ann"], title="Who lends a ladder?").id
        run_all(app)
    return made


def test_who_wrote_in_a_conversation_hears_of_answers_and_nobody_of_their_own(square: Square) -> None:
    with square.app.app_context():
        square.answer("Ben")
        assert (square.heard("Ann"), square.heard("Ben"), square.heard("Cleo")) == ([("post_answered", 1)], [], [])
        square.answer("Cleo")
        assert (square.heard("Ann"), square.heard("Ben")) == ([("post_answered", 2)], [("post_answered", 1)])


def test_who_is_named_hears_of_that_and_not_of_the_answer_besides(square: Square) -> None:
    with square.app.app_context():
        comment_id = square.answer("Ben", "Ask @cleo, and you, @ann.")
        assert square.heard("Cleo") == [("member_named", 1)]
        assert square.heard("Ann") == [("member_named", 1)]
        (told,) = square.told("Ann")
        assert told.path == f"/feed/{square.post_id}?at=end#c-{comment_id}"
    with square.app.test_request_context(environ_overrides={"hubapp.found": Found("central")}):
        words = wording.say(wording.item(told))
    assert words.title.endswith("named you in “Who lends a ladder?”")
    assert words.detail == "Ask @cleo, and you, @ann."


def test_whoever_blocked_the_writer_hears_nothing_of_them(square: Square) -> None:
    with square.app.app_context():
        with hub_scope(square.hub_id), unit_of_work():
            for name in ("Ann", "Cleo"):
                profiles.block(account_id=square.people[name], blocked_id=square.people["Ben"], now=NOW)
        square.answer("Ben", "Ask @cleo.")
        assert (square.heard("Ann"), square.heard("Cleo")) == ([], [])
        square.answer("Mo", "Or @cleo, later.")
        assert (square.heard("Ann"), square.heard("Cleo")) == ([("post_answered", 1)], [("member_named", 1)])


def test_words_that_are_gone_before_anybody_is_told_are_told_to_nobody(square: Square) -> None:
    with square.app.app_context():
        with hub_scope(square.hub_id), unit_of_work():
            made = answer(square.post_id, square.people["Ben"], "Ask @cleo.")
            services.delete_comment(post_id=square.post_id, comment_id=made.id, author_id=square.people["Ben"], now=NOW)
        run_all(square.app)
        assert (square.heard("Ann"), square.heard("Cleo")) == ([], [])


def test_words_that_are_gone_after_they_were_told_stand_in_no_notice(square: Square) -> None:
    with square.app.app_context():
        first, second = square.answer("Ben", "Ask @cleo, she is awful."), square.answer("Mo", "I have one, @cleo.")
        with hub_scope(square.hub_id), unit_of_work():
            services.hide(
                post_id=square.post_id,
                comment_id=first,
                reason="Unkind.",
                actor=Actor(square.people["Mo"], "Mo"),
                now=NOW,
            )
        (named,) = square.told("Cleo")
        assert named.context["words"] == "I have one, @cleo."  # the later answer's, which is still to be read
        with hub_scope(square.hub_id), unit_of_work():
            services.delete_comment(post_id=square.post_id, comment_id=second, author_id=square.people["Mo"], now=NOW)
            services.delete_post(post_id=square.post_id, author_id=square.people["Ann"], now=NOW)
        (named,) = square.told("Cleo")
        assert (named.context["words"], named.context["title"]) == ("", "…")


def test_who_left_hears_nothing_more(square: Square) -> None:
    with square.app.app_context():
        with hub_scope(square.hub_id), unit_of_work():
            membership.leave(account_id=square.people["Ann"], now=NOW)
        square.answer("Ben")
        assert square.heard("Ann") == []
