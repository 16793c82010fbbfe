"""From what is told of a hub's life to what happens when: gatherings, conversations, letters, moderation."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from hubapp.cli.demo import deeds
from hubapp.cli.demo.acts import Act, Announce, Arrive, Cancel, Come, Respond, Reword, Say, Step
from hubapp.cli.demo.content import Meeting, Story, Talk
from hubapp.cli.demo.days import QUIET, moment
from hubapp.cli.demo.life import Letter, Objection, Verdict
from hubapp.community.conversations.policies import KINDS
from hubapp.community.gatherings.models import Frequency
from hubapp.community.gatherings.policies.recurrence import Rule, When

# How a hub reacts: love and thanks more often than ideas. In the order of KINDS.
FAVOR = (9, 5, 4, 3, 2)
MOST_COME = 0.85  # of those who registered
REGULARS_COME = 0.5


class Together:
    """One hub's; `entered`: when each person joined.

    Each thing has chances of its own: how often a weekly gathering has taken place by now, which depends on the day,
    changes nothing about what is said elsewhere.
    """

    def __init__(self, story: Story, now: datetime, entered: Mapping[str, datetime]) -> None:
        self.story, self.now, self.entered = story, now, entered
        self.zone = ZoneInfo(story.pack.timezone)
        self.written: dict[str, datetime] = {}
        self.chance = self._chance_of("")

    def steps(self) -> Iterator[Step]:
        """In no order."""
        for number, meeting in enumerate(self.story.meetings):
            self.chance = self._chance_of(f"gathering {number}")
            yield from self._meeting(number, meeting)
        for number, talk in enumerate(self.story.talks):
            self.chance = self._chance_of(f"talk {number}")
            yield from self._talk(number, talk)
        for number, letter in enumerate(self.story.life.letters):
            self.chance = self._chance_of(f"letter {number}")
            yield from self._letter(number, letter)
        self.chance = self._chance_of("deeds")
        yield from self._deeds()

    def _chance_of(self, what: str) -> random.Random:
        return random.Random(f"together in {self.story.slug}: {what}")  # noqa: S311

    def _meeting(self, number: int, meeting: Meeting) -> Iterator[Step]:
        """Announced, then people register one after the other, then those who came are let in."""
        day = (self.now + timedelta(days=meeting.in_days)).astimezone(self.zone).date()
        if meeting.weekday is not None:
            day += timedelta(days=(meeting.weekday - day.weekday()) % 7)
        announced = self._moment(meeting.announced)
        yield self._step(announced, Announce(number, meeting, day))
        last = max(1, 1 - meeting.in_days)
        for place, (who, seats) in enumerate(meeting.come):
            days_ago = meeting.announced - 1 - place * (meeting.announced - 1 - last) / max(1, len(meeting.come))
            yield self._step(self._moment(days_ago), Come(number, who, seats))
        begins = self._begins(meeting, day)
        for place, who in enumerate(meeting.arrived):
            yield self._step(begins + timedelta(minutes=3 * place - 5), Arrive(number, who))
        if meeting.canceled:
            yield self._step(begins - timedelta(hours=30), Cancel(number, meeting.canceled))
        others = self._others(announced, {meeting.host, *(who for who, _seats in meeting.come)}, meeting.guests)
        taken = sum(seats for _who, seats in meeting.come)
        yield from self._guests(number, 0, others, (announced, begins), self._left(meeting, taken))
        if meeting.repeat and meeting.regulars:
            rule = Rule(Frequency(meeting.repeat), 1, day)
            for date in count():
                begins = self._begins(meeting, rule.day(date) or day)
                if begins > self.now + timedelta(days=20):
                    break
                come = [who for who in meeting.regulars if self.chance.random() < REGULARS_COME]
                come = [who for who in come if self.entered[who] < begins - timedelta(days=8)]
                opened = max(announced + timedelta(hours=2), begins - timedelta(days=7))
                yield from self._guests(number, date, come, (opened, begins), self._left(meeting, 0))

    def _guests(
        self, number: int, date: int, people: list[str], between: tuple[datetime, datetime], left: int
    ) -> Iterator[Step]:
        """They register between these moments and most of those who got a seat come, once it has begun."""
        opened, begins = between
        for place, who in enumerate(people):
            at = opened + (begins - opened) * (0.05 + 0.85 * (place + self.chance.random()) / len(people))
            if at < self.now - QUIET:
                yield self._step(at, Come(number, who, 1, date))
            is_there = self.chance.random() < MOST_COME and place < left
            if is_there and begins < self.now - QUIET and not self.story.meetings[number].canceled:
                yield self._step(begins + timedelta(minutes=2 * place - 8), Arrive(number, who, date))

    def _left(self, meeting: Meeting, taken: int) -> int:
        return len(self.story.people) if meeting.text.capacity is None else meeting.text.capacity - taken

    def _begins(self, meeting: Meeting, day: object) -> datetime:
        return When(day, meeting.at, meeting.minutes).span(self.zone)[0]  # type: ignore[arg-type]

    def _talk(self, number: int, talk: Talk) -> Iterator[Step]:
        """A conversation and what came of it, as far as it has happened by now."""
        at = self._moment(talk.days_ago)
        yield self._step(at, Say(number, talk))
        if talk.reworded:
            yield self._step(at + timedelta(hours=talk.reworded.hours), Reword(number, talk, talk.reworded.text))
        named = [(talk.key, 0.0), *((one.key, one.hours) for one in talk.responses)]
        self.written |= {key: at + timedelta(hours=hours) for key, hours in named if key}
        found: list[tuple[float, Respond]] = [
            (one.hours, Respond(number, one.who, one.text, one.reaction, one.choice, one.key)) for one in talk.responses
        ]
        apart = {talk.who, *(one.who for one in talk.responses)}
        for who in self._others(at, apart, talk.likes):
            kind = self.chance.choices(KINDS, FAVOR)[0]
            found.append((self.chance.uniform(0.3, 50), Respond(number, who, reaction=kind)))
        voters = self._others(at, apart, sum(talk.votes))
        chosen = [choice for choice, votes in enumerate(talk.votes) for _ in range(votes)]
        for who, choice in zip(voters, chosen, strict=False):
            found.append((self.chance.uniform(0.5, 70), Respond(number, who, choice=choice)))
        for hours, respond in found:
            if at + timedelta(hours=hours) < self.now - QUIET:
                yield self._step(at + timedelta(hours=hours), respond)

    def _letter(self, number: int, letter: Letter) -> Iterator[Step]:
        at = self._moment(letter.days_ago)
        for line, said in enumerate(letter.lines):
            yield self._step(at + timedelta(hours=said.hours), deeds.Write(number, letter, line))
        if not letter.is_unread:
            yield self._step(at + timedelta(hours=letter.lines[-1].hours + 2), deeds.ReadAll(number))

    def _deeds(self) -> Iterator[Step]:
        life = self.story.life
        if life.held_from is not None:
            yield self._step(self._moment(life.held_from), deeds.HoldFirst())
        told: list[tuple[float, Act]] = [
            *((one.days_ago, deeds.Invite(one)) for one in life.invitations),
            *((one.days_ago, deeds.AskMentor(one)) for one in life.mentors),
            *((one.days_ago, deeds.KeepAway(one)) for one in life.distances),
            *((one.days_ago, deeds.Tell(one)) for one in life.bulletins),
            *((one.days_ago, deeds.Amend(one)) for one in life.amendments),
        ]
        for days_ago, act in told:
            yield self._step(self._moment(days_ago), act)
        for objection in life.objections:
            yield self._step(self._after(objection), deeds.Object(objection))
        for verdict in life.verdicts:
            yield self._step(self._after(verdict), deeds.Judge(verdict))
            if verdict.appeal:
                yield self._step(self._after(verdict) + timedelta(hours=17), deeds.Appeal(verdict))

    def _after(self, one: Objection | Verdict) -> datetime:
        return self.written[one.about] + timedelta(hours=one.hours)

    def _others(self, at: datetime, named: set[str], how_many: int) -> list[str]:
        """So many of those who were there by then, in some order; fewer where there are not as many."""
        there = [who for who, entered in self.entered.items() if entered < at and who not in named]
        return self.chance.sample(there, min(how_many, len(there)))

    def _moment(self, days_ago: float) -> datetime:
        return moment(self.now, self.zone, self.chance, days_ago)

    def _step(self, at: datetime, act: Act) -> Step:
        return Step(at, self.story.slug, act)
