"""Writing, editing, deleting and hiding: what stays, what goes, and who may."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import select

from hubapp.community.conversations import errors, queries, services
from hubapp.community.conversations.models import Mention, Post
from hubapp.community.conversations.policies import PollText, PostText, Upload
from hubapp.kernel import files
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.accounts.errors import TooManyAttempts
from hubapp.people.membership import services as membership
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.accounts import make_account
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_member
from tests.factories.talk import POLL, answer, png, say


class Hub:
    def __init__(self) -> None:
        self.id = make_hub()
        self.ann = make_member(self.id, "Ann").account_id
        self.ben = make_member(self.id, "Ben").account_id
        self.moderator = Actor(make_member(self.id, "Mo").account_id, "Mo")


@pytest.fixture
def hub(app: HubFlask) -> Iterator[Hub]:
    with app.app_context():
        made = Hub()
        with hub_scope(made.id), unit_of_work():
            yield made


def edit(post: Post, author_id: UUID, body: str, version: int = 1) -> Post:
    text = PostText("", body, None)
    return services.edit_post(post_id=post.id, author_id=author_id, text=text, version=version, now=NOW)


def hide(post_id: UUID, hub: Hub, comment_id: UUID | None = None) -> None:
    services.hide(post_id=post_id, comment_id=comment_id, reason="Not kind.", actor=hub.moderator, now=NOW)


def test_only_members_write(app: HubFlask, hub: Hub) -> None:
    stranger = UUID(int=7)
    with pytest.raises(errors.MembersOnly):
        say(stranger)
    with pytest.raises(errors.MembersOnly):
        answer(say(hub.ann).id, stranger)


def test_who_left_writes_no_more(app: HubFlask, hub: Hub) -> None:
    membership.leave(account_id=hub.ann, now=NOW)
    with pytest.raises(errors.MembersOnly):
        say(hub.ann)


@pytest.mark.parametrize(("body", "refusal"), [(" \n\x00", errors.TextMissing), ("x" * 20_001, errors.TextTooLong)])
def test_a_text_is_neither_empty_nor_endless(hub: Hub, body: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        say(hub.ann, body)


def test_a_topic_is_one_of_the_hubs(hub: Hub) -> None:
    topic = services.add_topic(name="Garden", tone="brand")
    assert say(hub.ann, topic_id=topic.id).topic_id == topic.id
    services.edit_topic(topic_id=topic.id, name="Garden", tone="brand", is_archived=True, now=NOW)
    for topic_id in (topic.id, UUID(int=5)):
        with pytest.raises(errors.NoSuchTopic):
            say(hub.ann, topic_id=topic_id)


def test_members_named_are_remembered_and_nobody_else(hub: Hub) -> None:
    post = say(hub.ann, "Ask @ben or @nobody.")
    assert [row.handle for row in queries.mentions(post_ids=[post.id])[post.id, None]] == ["ben"]
    edit(post, hub.ann, "Ask @ann.")
    assert list(db.session.scalars(select(Mention.account_id))) == [hub.ann]


def test_every_version_is_kept(hub: Hub) -> None:
    post = say(hub.ann, "One")
    edit(post, hub.ann, "Two")
    edit(post, hub.ann, "Three", version=2)
    kept, _earlier = queries.revisions(post_id=post.id, comment_id=None)
    assert [(row.version, row.body_md) for row in kept] == [(2, "Two"), (1, "One")]
    assert (post.body_md, post.version) == ("Three", 3)


def test_two_windows_do_not_overwrite_one_another(hub: Hub) -> None:
    post = say(hub.ann)
    edit(post, hub.ann, "Two")
    with pytest.raises(errors.ChangedMeanwhile):
        edit(post, hub.ann, "Another two")


def test_nobody_edits_or_deletes_what_is_not_theirs(hub: Hub) -> None:
    post = say(hub.ann)
    with pytest.raises(errors.NoSuchPost):
        edit(post, hub.ben, "Mine")
    with pytest.raises(errors.NoSuchPost):
        services.delete_post(post_id=post.id, author_id=hub.ben, now=NOW)


def test_a_deleted_text_is_gone_in_every_version_and_its_thread_stays(hub: Hub) -> None:
    post = say(hub.ann, "A secret of @ben", pictures=1, poll=POLL)
    comment = answer(post.id, hub.ben)
    edit(post, hub.ann, "No secret of @ben")
    services.vote(post_id=post.id, account_id=hub.ben, choices=[0], now=NOW)
    services.delete_post(post_id=post.id, author_id=hub.ann, now=NOW)
    assert (post.body_md, queries.revisions(post_id=post.id, comment_id=None)) == ("", ([], None))
    assert not queries.pictures([post.id])
    assert not queries.polls([post.id], reader_id=None)
    assert not queries.mentions(post_ids=[post.id])
    assert [row.id for row in queries.thread(post.id).comments] == [comment.id]
    assert not queries.feed().posts
    with pytest.raises(errors.Closed):
        answer(post.id, hub.ben)


def test_a_deleted_comment_leaves_its_place(hub: Hub) -> None:
    post = say(hub.ann)
    comment = answer(post.id, hub.ben, "Oops")
    reply = answer(post.id, hub.ann, "What?", reply_to=comment.id)
    services.delete_comment(post_id=post.id, comment_id=comment.id, author_id=hub.ben, now=NOW)
    thread = queries.thread(post.id)
    assert [(row.id, row.body_md) for row in thread.comments] == [(comment.id, ""), (reply.id, "What?")]
    with pytest.raises(errors.NoSuchComment):
        answer(post.id, hub.ann, reply_to=comment.id)


def test_a_reply_stays_in_its_conversation(hub: Hub) -> None:
    one, two = say(hub.ann), say(hub.ann)
    elsewhere = answer(two.id, hub.ben)
    with pytest.raises(errors.NoSuchComment):
        answer(one.id, hub.ben, reply_to=elsewhere.id)


def test_hiding_can_be_undone_and_nothing_is_lost(hub: Hub) -> None:
    post = say(hub.ann, "Rude")
    services.pin(post_id=post.id, actor=hub.moderator, now=NOW)
    hide(post.id, hub)
    assert (post.is_readable, post.hidden_reason, post.pin) == (False, "Not kind.", None)
    assert not queries.feed().posts
    assert list(queries.hidden_posts()) == [post]
    with pytest.raises(errors.Closed):
        edit(post, hub.ann, "Nice")
    services.unhide(post_id=post.id, comment_id=None, actor=hub.moderator, now=NOW)
    assert (list(queries.feed().posts), post.body_md) == ([post], "Rude")


def test_hiding_asks_for_a_reason(hub: Hub) -> None:
    post = say(hub.ann)
    with pytest.raises(errors.ReasonMissing):
        services.hide(post_id=post.id, comment_id=None, reason=" ", actor=hub.moderator, now=NOW)


def test_three_are_pinned_at_most(hub: Hub) -> None:
    posts = [say(hub.ann, f"Number {number}") for number in range(4)]
    for post in posts[:3]:
        services.pin(post_id=post.id, actor=hub.moderator, now=NOW)
    with pytest.raises(errors.TooManyPins):
        services.pin(post_id=posts[3].id, actor=hub.moderator, now=NOW)
    services.unpin(post_id=posts[1].id, actor=hub.moderator, now=NOW)
    services.pin(post_id=posts[3].id, actor=hub.moderator, now=NOW)
    assert [post.id for post in queries.pinned()] == [posts[0].id, posts[3].id, posts[2].id]
    assert [post.id for post in queries.feed().posts] == [posts[1].id]


def test_pictures_are_made_new_and_four_at_most(app: HubFlask, hub: Hub) -> None:
    post = say(hub.ann, pictures=2)
    kept = queries.pictures([post.id])[post.id]
    store = files.opened(app.extensions["hubapp.settings"])
    assert [(row.position, row.alt) for row in kept] == [(1, "Picture 0"), (2, "Picture 1")]
    assert store.get(services.key_of(picture_id=kept[0].id, width=320))[8:12] == b"WEBP"
    with pytest.raises(errors.BadPicture):
        say(hub.ann, pictures=5)


def test_what_is_no_picture_is_refused(app: HubFlask, hub: Hub) -> None:
    store = files.opened(app.extensions["hubapp.settings"])
    for content in (b"<svg onload='alert(1)'/>", png()[:60]):
        with pytest.raises(errors.BadPicture):
            services.write_post(
                author_id=hub.ann,
                text=PostText("", "Look", None),
                pictures=[Upload(content, "")],
                files=store,
                now=NOW,
            )


@pytest.mark.parametrize(
    "poll",
    [
        PollText("", ("a", "b"), is_multiple=False, days=1),
        PollText("Which?", ("a",), is_multiple=False, days=1),
        PollText("Which?", tuple("abcdefghi"), is_multiple=False, days=1),
    ],
)
def test_a_poll_has_a_question_and_two_to_eight_answers(hub: Hub, poll: PollText) -> None:
    with pytest.raises(errors.BadPoll):
        say(hub.ann, poll=poll)


def test_who_writes_without_end_is_slowed_down(hub: Hub) -> None:
    post = say(hub.ann)
    for number in range(40):
        answer(post.id, hub.ann, f"Number {number}")
    with pytest.raises(TooManyAttempts):
        answer(post.id, hub.ann)
    assert answer(post.id, hub.ben)


def test_who_edits_without_end_is_slowed_down(hub: Hub) -> None:
    post = say(hub.ann, "Version 1")
    for version in range(1, 31):
        edit(post, hub.ann, f"Version {version + 1}", version)
    # What changes nothing is no edit, and what others do is not counted.
    edit(post, hub.ann, post.body_md, post.version)
    answered, of_ben = answer(post.id, hub.ann), answer(post.id, hub.ben)
    with pytest.raises(TooManyAttempts):
        edit(post, hub.ann, "Version 32", post.version)
    about = {"post_id": post.id, "body_md": "Another word", "version": 1, "now": NOW}
    with pytest.raises(TooManyAttempts):
        services.edit_comment(comment_id=answered.id, author_id=hub.ann, **about)
    assert services.edit_comment(comment_id=of_ben.id, author_id=hub.ben, **about).version == 2


def test_nothing_is_seen_from_another_hub(app: HubFlask) -> None:
    with app.app_context():
        here, there = make_hub("one"), make_hub("two")
        ann = make_member(here, "Ann").account_id
        make_member(there, "Ann", account_id=ann)
        with hub_scope(here), unit_of_work():
            post_id = say(ann).id
        with hub_scope(there), unit_of_work():
            assert not queries.feed().posts
            with pytest.raises(errors.NoSuchPost):
                queries.post(post_id)
            with pytest.raises(errors.Closed):
                answer(post_id, ann)


def test_drafts_are_taken_over_by_whoever_signs_in(hub: Hub) -> None:
    keep = {"body_md": "Begun", "title": ""}
    services.save_draft(owner="visitor:x", place="feed", content=keep, now=NOW)
    services.adopt_drafts(visitor="visitor:x", owner="account:y", now=NOW)
    assert queries.draft(owner="account:y", place="feed") == keep
    assert queries.draft(owner="visitor:x", place="feed") == {}


def test_an_empty_draft_is_none(hub: Hub) -> None:
    services.save_draft(owner="account:y", place="feed", content={"body_md": "Begun"}, now=NOW)
    services.save_draft(owner="account:y", place="feed", content={"body_md": "", "days": "7"}, now=NOW)
    assert queries.draft(owner="account:y", place="feed") == {}


def test_old_drafts_are_forgotten_visitors_first(hub: Hub) -> None:
    for owner in ("visitor:x", "account:y"):
        services.save_draft(owner=owner, place="feed", content={"body_md": "Begun"}, now=NOW)
    assert services.sweep_drafts(now=NOW + services.drafts.VISITORS_KEEP * 2) == 1
    assert services.sweep_drafts(now=NOW + services.drafts.MEMBERS_KEEP * 2) == 1


def test_accounts_from_elsewhere_are_no_members(app: HubFlask) -> None:
    with app.app_context():
        stranger, hub_id = make_account(), make_hub("three")
        with hub_scope(hub_id), unit_of_work(), pytest.raises(errors.MembersOnly):
            say(stranger)
