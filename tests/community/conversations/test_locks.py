"""What each lock of conversations prevents: somebody else comes between reading and writing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from hubapp.community.conversations import services
from hubapp.community.conversations.errors import ChangedMeanwhile
from hubapp.community.conversations.models import Post, Revision
from hubapp.community.conversations.policies import PostText
from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_member
from tests.factories.races import Other, overtaken, without_lock, without_turns
from tests.factories.talk import answer, say


@dataclass
class Talk:
    """A post of Ann's with a comment of hers."""

    live: Live
    hub_id: int
    ann: UUID
    ben: UUID
    post_id: UUID
    comment_id: UUID

    def doing(self, act: Callable[[], Any]) -> Callable[[], Any]:
        """An act in a transaction of its own."""

        def done() -> Any:
            with self.live.app.app_context(), hub_scope(self.hub_id), unit_of_work():
                return act()

        return done

    def edit_post(self, body: str) -> Callable[[], Any]:
        text = PostText("", body, None)
        return self.doing(
            lambda: services.edit_post(post_id=self.post_id, author_id=self.ann, text=text, version=1, now=NOW)
        )

    def edit_comment(self, body: str) -> Callable[[], Any]:
        which = {"post_id": self.post_id, "comment_id": self.comment_id}
        return self.doing(lambda: services.edit_comment(**which, author_id=self.ann, body_md=body, version=1, now=NOW))

    def hide(self) -> Callable[[], Any]:
        mo = Actor(self.ben, "Ben")
        return self.doing(
            lambda: services.hide(post_id=self.post_id, comment_id=None, reason="Not kind.", actor=mo, now=NOW)
        )

    def delete_comment(self) -> Callable[[], Any]:
        which = {"post_id": self.post_id, "comment_id": self.comment_id}
        return self.doing(lambda: services.delete_comment(**which, author_id=self.ann, now=NOW))


@pytest.fixture
def talk(live: Live) -> Talk:
    with live.app.app_context():
        hub_id = make_hub("lyon")
        ann, ben = (make_member(hub_id, name).account_id for name in ("Ann", "Ben"))
        with hub_scope(hub_id), unit_of_work():
            post = say(ann)
            return Talk(live, hub_id, ann, ben, post.id, answer(post.id, ann).id)


def edit_twice(talk: Talk, table: str, edit: Callable[[str], Callable[[], Any]]) -> tuple[type, list[str]]:
    """Two windows save from the same form; what the second is told, and which words were kept as earlier ones."""
    with overtaken(talk.live.app, table, edit("In the evening.")) as other:
        edit("In the morning.")()
    kept = talk.doing(lambda: list(db.session.scalars(select(Revision.body_md))))()
    return type(other.answer), kept


def test_who_edits_a_post_that_was_changed_meanwhile_is_told(talk: Talk) -> None:
    assert edit_twice(talk, "post", talk.edit_post) == (ChangedMeanwhile, ["Who has a ladder?"])


def test_without_its_lock_a_post_would_have_two_versions_of_one_number(talk: Talk) -> None:
    with without_lock("community.conversations.services.posts.locked"), pytest.raises(IntegrityError, match="revision"):
        edit_twice(talk, "post", talk.edit_post)


def test_who_edits_a_comment_that_was_changed_meanwhile_is_told(talk: Talk) -> None:
    assert edit_twice(talk, "post_comment", talk.edit_comment) == (ChangedMeanwhile, ["I do."])


def test_without_its_lock_a_comment_would_have_two_versions_of_one_number(talk: Talk) -> None:
    with (
        without_lock("community.conversations.services.comments.locked"),
        pytest.raises(IntegrityError, match="revision"),
    ):
        edit_twice(talk, "post_comment", talk.edit_comment)


def write_while_it_is_hidden(talk: Talk) -> Other:
    with overtaken(talk.live.app, "post", talk.hide()) as other:
        talk.doing(lambda: answer(talk.post_id, talk.ben))()
    return other


def test_a_post_that_somebody_answers_is_hidden_after_that(talk: Talk) -> None:
    assert not write_while_it_is_hidden(talk).is_through


def test_without_its_lock_somebody_writes_where_nothing_is_seen_any_more(talk: Talk) -> None:
    with without_lock("community.conversations.services.writing.open_post"):
        assert write_while_it_is_hidden(talk).is_through


def react_while_it_is_deleted(talk: Talk) -> Other:
    which = {"post_id": talk.post_id, "comment_id": talk.comment_id}
    with overtaken(talk.live.app, "post_comment", talk.delete_comment()) as other:
        talk.doing(lambda: services.react(**which, account_id=talk.ben, kind="thanks", now=NOW))()
    return other


def test_a_comment_that_somebody_thanks_for_is_deleted_after_that(talk: Talk) -> None:
    assert not react_while_it_is_deleted(talk).is_through


def pin_two(talk: Talk) -> set[int | None]:
    """Two moderators pin a post each; the places that are taken then."""
    other_id = talk.doing(lambda: say(talk.ben).id)()
    mo = Actor(talk.ben, "Ben")
    first, second = (
        talk.doing(lambda post_id=post_id: services.pin(post_id=post_id, actor=mo, now=NOW))
        for post_id in (talk.post_id, other_id)
    )
    with overtaken(talk.live.app, "post", second, nth=2):
        first()
    return set(talk.doing(lambda: list(db.session.scalars(select(Post.pin))))())


def test_two_who_pin_at_once_take_a_place_each(talk: Talk) -> None:
    assert pin_two(talk) == {1, 2}


def test_without_turns_they_would_take_the_same_one(talk: Talk) -> None:
    with without_turns("community.conversations.services.writing.wait_for_turn"), pytest.raises(IntegrityError):
        pin_two(talk)
