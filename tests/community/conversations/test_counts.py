"""Counts that cannot drift, clicks that count once, and a feed that stays flat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select, text
from sqlalchemy.engine import Connection, Engine

from hubapp.community.conversations import errors, queries, services
from hubapp.community.conversations.models import Ballot, Comment, Post, Reaction
from hubapp.community.conversations.policies import KINDS
from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.audit import SYSTEM, Actor
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.conftest import Live
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_member
from tests.factories.races import together
from tests.factories.talk import POLL, answer, say
from tests.support.queries import counted

STEPS = st.lists(st.tuples(st.sampled_from(["write", "delete", "hide", "unhide"]), st.integers(0, 5)), max_size=14)
MODERATOR = Actor(UUID(int=9), "Mo")


@pytest.fixture
def hub_id(app: HubFlask) -> Iterator[int]:
    with app.app_context():
        yield make_hub()


def step(post_id: UUID, author_id: UUID, act: str, place: int) -> None:
    made = list(db.session.scalars(select(Comment).order_by(Comment.id)))
    if act == "write" or not made:
        answer(post_id, author_id)
        return
    about = {"post_id": post_id, "comment_id": made[place % len(made)].id}
    if act == "delete":
        services.delete_comment(author_id=author_id, now=NOW, **about)
    elif act == "hide":
        services.hide(reason="No.", actor=MODERATOR, now=NOW, **about)
    else:
        services.unhide(actor=MODERATOR, now=NOW, **about)


@given(steps=STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_count_of_answers_is_what_can_be_read(hub_id: int, steps: list[tuple[str, int]]) -> None:
    ann = make_member(hub_id, "Ann").account_id
    with hub_scope(hub_id), unit_of_work():
        post_id = say(ann).id
        nested = db.session.begin_nested()
        for act, place in steps:
            step(post_id, ann, act, place)
        kept = db.session.scalar(select(Post.comment_count).where(Post.id == post_id))
        readable = (Comment.post_id == post_id, Comment.deleted_at.is_(None), Comment.hidden_at.is_(None))
        assert kept == db.session.scalar(select(func.count()).select_from(Comment).where(*readable))
        nested.rollback()


@given(clicks=st.lists(st.tuples(st.sampled_from(KINDS), st.booleans()), max_size=20))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_reaction_is_there_once_or_not_at_all(hub_id: int, clicks: list[tuple[str, bool]]) -> None:
    ann = make_member(hub_id, "Ann").account_id
    with hub_scope(hub_id), unit_of_work():
        post_id = say(ann).id
        for kind, is_on in clicks:
            about = {"post_id": post_id, "comment_id": None, "account_id": ann, "kind": kind}
            if is_on:
                services.react(now=NOW, **about)
            else:
                services.unreact(**about)
        wanted = {kind for kind, is_on in dict(clicks).items() if is_on}
        found = queries.reactions(post_ids=[post_id], reader_id=ann)
        assert {kind: tuple(one) for kind, one in found.get((post_id, None), {}).items()} == dict.fromkeys(
            wanted, (1, True)
        )


def test_reactions_belong_to_what_they_are_on(hub_id: int) -> None:
    ann = make_member(hub_id, "Ann").account_id
    with hub_scope(hub_id), unit_of_work():
        post_id = say(ann).id
        comment_id = answer(post_id, ann).id
        services.react(post_id=post_id, comment_id=comment_id, account_id=ann, kind="heart", now=NOW)
        found = queries.reactions(post_ids=[post_id], comment_ids=[comment_id], reader_id=None)
        assert {key: dict(one) for key, one in found.items()} == {(post_id, comment_id): {"heart": (1, False)}}
        assert queries.reacted_by(post_id=post_id, comment_id=comment_id) == {"heart": [ann]}
        assert queries.reacted_by(post_id=post_id, comment_id=None) == {}
        with pytest.raises(errors.UnknownReaction):
            services.react(post_id=post_id, comment_id=None, account_id=ann, kind="anger", now=NOW)


def test_voting_again_replaces_and_several_choices_are_one_ballot(hub_id: int) -> None:
    ann, ben = (make_member(hub_id, name).account_id for name in ("Ann", "Ben"))
    with hub_scope(hub_id), unit_of_work():
        post_id = say(ann, poll=POLL).id
        for choice in (0, 2):
            services.vote(post_id=post_id, account_id=ann, choices=[choice], now=NOW)
        services.vote(post_id=post_id, account_id=ben, choices=[2], now=NOW)
        poll = queries.polls([post_id], reader_id=ann)[post_id]
        assert (poll.counts, poll.voters, poll.mine) == ((0, 0, 2), 2, (2,))
        with pytest.raises(errors.BadVote):
            services.vote(post_id=post_id, account_id=ann, choices=[0, 1], now=NOW)


def test_a_closed_poll_takes_no_votes(hub_id: int) -> None:
    ann = make_member(hub_id, "Ann").account_id
    with hub_scope(hub_id), unit_of_work():
        post_id = say(ann, poll=POLL).id
        poll = queries.poll_of(post_id)
        assert poll is not None
        assert poll.closes_at is not None
        with pytest.raises(errors.PollClosed):
            services.vote(post_id=post_id, account_id=ann, choices=[0], now=poll.closes_at)


def test_clicks_at_once_count_once_and_comments_at_once_are_all_counted(live: Live) -> None:
    app = live.app
    with app.app_context():
        hub_id = make_hub()
        people = [make_member(hub_id, name).account_id for name in ("Ann", "Ben", "Cleo", "Dan")]
        with hub_scope(hub_id), unit_of_work():
            post_id = say(people[0], poll=POLL).id

    def click(account_id: UUID) -> None:
        with app.app_context(), hub_scope(hub_id), unit_of_work():
            services.react(post_id=post_id, comment_id=None, account_id=people[0], kind="heart", now=NOW)
            services.vote(post_id=post_id, account_id=people[0], choices=[1], now=NOW)
            answer(post_id, account_id)

    together(*(lambda person=person: click(person) for person in people))
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        assert db.session.scalar(select(func.count()).select_from(Reaction)) == 1
        assert db.session.scalar(select(func.count()).select_from(Ballot)) == 1
        assert queries.post(post_id).comment_count == len(people)


def test_a_fourth_pin_is_impossible_even_at_once(live: Live) -> None:
    app = live.app
    with app.app_context():
        hub_id = make_hub()
        ann = make_member(hub_id, "Ann").account_id
        with hub_scope(hub_id), unit_of_work():
            posts = [say(ann, f"Number {number}").id for number in range(5)]

    def pin(post_id: UUID) -> bool:
        try:
            with app.app_context(), hub_scope(hub_id), unit_of_work():
                services.pin(post_id=post_id, actor=SYSTEM, now=NOW)
        except errors.TooManyPins:
            return False
        return True

    assert sorted(together(*(lambda one=one: pin(one) for one in posts))) == [False, False, True, True, True]


FILL = """
INSERT INTO post (hub_id, id, author_id, topic_id, title, body_md, version, created_at, comment_count)
SELECT :hub, ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, :author,
  CASE WHEN n % 50 = 0 THEN CAST(:topic AS uuid) END, '', 'Text ' || n, 1, now(), 0
FROM generate_series(1, 20000) AS n
"""


def plans(connection: Connection, statements: list[tuple[str, Any]]) -> list[str]:
    return [
        "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values))
        for statement, values in statements
    ]


def test_the_feed_reads_ends_of_indexes_however_long_it_is(app: HubFlask, hub_id: int, connection: Connection) -> None:
    ann = make_member(hub_id, "Ann").account_id
    seen: list[tuple[str, Any]] = []

    def note(_c: object, _u: object, statement: str, values: Any, *_rest: object) -> None:
        if statement.startswith("SELECT") and " post" in statement:
            seen.append((statement, values))

    with hub_scope(hub_id), unit_of_work():
        topic = services.add_topic(name="Garden", tone="brand")
        values = {"hub": hub_id, "author": ann, "topic": topic.id}
        db.session.execute(text(FILL), values)
        db.session.execute(text("SET LOCAL ROLE postgres"))
        db.session.execute(text("ANALYZE post"))
        db.session.execute(text("SET LOCAL ROLE hubapp_app"))
        middle = UUID("01900000-0000-7000-8000-000000002710")
        event.listen(Engine, "before_cursor_execute", note)
        try:
            assert len(queries.feed(before=middle).posts) == queries.posts.PAGE
            assert len(queries.feed(topic_id=topic.id, before=middle).posts) == queries.posts.PAGE
            assert queries.count_newer(after=UUID(int=2**127)) == 0
            assert queries.count_newer(after=middle) == queries.posts.MOST_NEW + 1
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        told = plans(db.session.connection(), seen)
    for plan in told:
        assert "ix_post_feed" in plan or "ix_post_topic" in plan, plan
        assert "Sort" not in plan, plan
        assert "Seq Scan" not in plan, plan
    assert len(told) == 4


def test_asking_whether_there_is_anything_new_is_one_query(app: HubFlask, hub_id: int) -> None:
    with hub_scope(hub_id), unit_of_work(), counted() as statements:
        assert queries.count_newer(after=queries.NOTHING_SEEN) == 0
    assert len(statements) == 1
