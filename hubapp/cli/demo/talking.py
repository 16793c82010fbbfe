"""What people of the demo tell and ask one another, through the services that pages use."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Flask

from hubapp.cli.demo.acts import Respond, Say
from hubapp.cli.demo.content import Story
from hubapp.community.conversations import queries, services
from hubapp.community.conversations.policies import PollText, PostText
from hubapp.kernel import clock, files
from hubapp.tenancy.audit import Actor


class Talking:
    """One hub's conversations by their numbers in the story. Each act happens inside the hub's scope."""

    def __init__(self, story: Story, account: Callable[[str], UUID]) -> None:
        self.story, self.account = story, account
        self.posts: dict[int, UUID] = {}
        # What others of the story call by a name: (kind, id).
        self.known: dict[str, tuple[str, UUID]] = {}
        self.connector_key = next(key for key, person in story.people.items() if person.role == "connector")

    def say(self, act: Say, app: Flask) -> None:
        """Begin a conversation; before the first one, the connector has chosen topics."""
        talk, now = act.talk, clock.now()
        topics = self._topics()
        poll = PollText(talk.question, talk.options, is_multiple=False, days=30) if talk.question else None
        text = PostText(talk.title, talk.text, None if talk.topic is None else topics[talk.topic], poll)
        store = files.opened(app.extensions["hubapp.settings"])
        post = services.write_post(author_id=self.account(talk.who), text=text, files=store, now=now)
        self.posts[act.number] = post.id
        if talk.key:
            self.known[talk.key] = "post", post.id
        if talk.is_pinned:
            services.pin(post_id=post.id, actor=self.connector(), now=now)

    def respond(self, act: Respond) -> None:
        """Answer, react, vote."""
        post_id, account_id, now = self.posts[act.number], self.account(act.who), clock.now()
        if act.text:
            comment = services.write_comment(post_id=post_id, author_id=account_id, body_md=act.text, now=now)
            if act.key:
                self.known[act.key] = "comment", comment.id
        if act.reaction:
            services.react(post_id=post_id, comment_id=None, account_id=account_id, kind=act.reaction, now=now)
        if act.choice is not None:
            services.vote(post_id=post_id, account_id=account_id, choices=[act.choice], now=now)

    def _topics(self) -> list[UUID]:
        there = queries.topics()
        if not there:
            return [services.add_topic(name=name, tone=tone).id for name, tone in self.story.topics]
        return [topic.id for topic in there]

    def connector(self) -> Actor:
        """Who runs the hub, acting."""
        return Actor(self.account(self.connector_key), self.story.people[self.connector_key].name)
