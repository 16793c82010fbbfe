"""What people of the demo tell and ask one another, through the services that pages use."""

from __future__ import annotations

from uuid import UUID

from hubapp.cli.demo.acts import Respond, Reword, Say
from hubapp.cli.demo.place import Place
from hubapp.community.conversations import queries, services
from hubapp.community.conversations.policies import PollText, PostText, Upload
from hubapp.kernel import clock
from hubapp.tenancy.audit import Actor


class Talking:
    """One hub's conversations by their numbers in the story. Each act happens inside the hub's scope."""

    def __init__(self, place: Place) -> None:
        self.place, self.story, self.account = place, place.story, place.account
        self.posts: dict[int, UUID] = {}
        # What others of the story call by a name: (kind, id).
        self.known: dict[str, tuple[str, UUID]] = {}
        self.connector_key = next(key for key, person in self.story.people.items() if person.role == "connector")

    def say(self, act: Say) -> None:
        """Begin a conversation; before the first one, the connector has chosen topics."""
        talk, now = act.talk, clock.now()
        topics, picture = self._topics(), talk.picture
        poll = PollText(talk.question, talk.options, is_multiple=False, days=30) if talk.question else None
        text = PostText(talk.title, talk.text, None if talk.topic is None else topics[talk.topic], poll)
        uploads = [Upload(self.place.drawn(picture), picture.alt)] if picture else []
        post = services.write_post(
            author_id=self.account(talk.who), text=text, files=self.place.files, now=now, pictures=uploads
        )
        self.posts[act.number] = post.id
        if talk.key:
            self.known[talk.key] = "post", post.id
        if talk.is_pinned:
            services.pin(post_id=post.id, actor=self.connector(), now=now)

    def reword(self, act: Reword) -> None:
        """Change the words of a conversation that one began."""
        post_id, talk = self.posts[act.number], act.talk
        there = queries.post(post_id)
        text = PostText(talk.title, act.text, there.topic_id, None)
        services.edit_post(
            post_id=post_id, author_id=self.account(talk.who), text=text, version=there.version, now=clock.now()
        )

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
