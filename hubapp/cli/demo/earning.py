"""The earning programme in the demo's past: a plan announced ahead, people who bring customers, months closed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hubapp.cli.demo.acts import Act, AnnouncePlan, Buy, ClosePeriod, HandOver, Step, TakePart
from hubapp.cli.demo.content import Programme, Story
from hubapp.cli.demo.days import QUIET, moment
from hubapp.earnings.compensation.services import joining, periods, versions
from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.people.membership import queries as members
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.platform import platform_scope

AHEAD = timedelta(days=45)  # a plan is announced before its first day
CLOSES = timedelta(days=17)  # after the last day of a month, when nobody can give anything back any more
SALES = (1, 2, 2, 3, 4)  # that somebody makes in a month


class Earning:
    """One hub's; `entered`: when each person joined. `number`: of the first purchase that nobody else has."""

    def __init__(self, story: Story, now: datetime, entered: Mapping[str, datetime], number: int) -> None:
        self.story, self.now, self.entered, self.number = story, now, entered, number
        self.zone = ZoneInfo(story.pack.timezone)
        self.chance = random.Random(f"earning in {story.slug}")  # noqa: S311

    def steps(self) -> Iterator[Step]:
        """In no order."""
        programme = self.story.programme
        if programme is None:
            return
        first = self._first_day(programme.months)
        yield self._step(self._noon(first) - AHEAD, AnnouncePlan(programme.plan.replace("START", first.isoformat())))
        for one in programme.joinings:
            yield self._step(moment(self.now, self.zone, self.chance, one.days_ago), TakePart(one.who, one.sponsor))
        yield from self._sales(programme)
        while self._noon(_next_month(first)) + CLOSES < self.now - QUIET:
            yield self._step(self._noon(_next_month(first)) + CLOSES, ClosePeriod(f"{first:%Y-%m}"))
            first = _next_month(first)

    def _sales(self, programme: Programme) -> Iterator[Step]:
        """Each who takes part brings some customers a month, often the same ones, who buy and have it the next day."""
        joined = {one.who: one.days_ago for one in programme.joinings}
        products = [number for number, article in enumerate(self.story.articles) if article.text.plan_kind]
        outside = [key for key in self.entered if key not in joined]
        for who, days_ago in joined.items():
            known = self.chance.sample(outside, min(9, len(outside)))
            for month in range(days_ago // 30 + 1):
                for _ in range(self.chance.choice(SALES)):
                    at = moment(self.now, self.zone, self.chance, days_ago - 30 * month - self.chance.randint(1, 29))
                    buyer, product = self.chance.choice(known), self.chance.choice(products)
                    if at < self.entered[buyer] or at > self.now - timedelta(days=2):
                        continue
                    lines = ((product, self.chance.randint(1, self.story.articles[product].most)),)
                    yield self._step(at, Buy(self.number, buyer, lines, via=who))
                    yield self._step(at + timedelta(hours=20), HandOver(self.number))
                    self.number += 1

    def _first_day(self, months: int) -> date:
        day = self.now.astimezone(self.zone).date().replace(day=1)
        for _ in range(months):
            day = (day - timedelta(days=1)).replace(day=1)
        return day

    def _noon(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, 12, tzinfo=self.zone)

    def _step(self, at: datetime, act: Act) -> Step:
        return Step(at, self.story.slug, act)


def _next_month(day: date) -> date:
    return (day + timedelta(days=31)).replace(day=1)


def announce(source: str, *, proposer: Actor, decider: Actor) -> None:
    """By two people (needs an application context)."""
    now = clock.now()
    with platform_scope(reason="demo: announce a plan"), unit_of_work():
        draft = versions.save_draft(draft_id=None, source=source, editor_id=_id(proposer), now=now)
        versions.propose(version_id=draft.id, note="The first plan.", proposer_id=_id(proposer), now=now)
        versions.decide(version_id=draft.id, agreed=True, answer="", decider_id=_id(decider), now=now)


def close(name: str, *, currency: str, by: Actor) -> None:
    """Once (needs an application context)."""
    with platform_scope(reason="demo: close a period"), unit_of_work():
        periods.close(currency=currency, name=name, by=by, now=clock.now())


def take_part(*, account_id: UUID, name: str, sponsor_id: UUID | None) -> None:
    """In the hub in scope; under a sponsor by the code of theirs."""
    sponsor = None if sponsor_id is None else members.member(sponsor_id)
    joining.join(
        account_id=account_id,
        terms=joining.TERMS,
        code=sponsor.referral_code if sponsor else "",
        shows_name=True,
        touch=None,
        actor=Actor(account_id, name),
        now=clock.now(),
    )


def _id(actor: Actor) -> UUID:
    if actor.id is None:
        raise ValueError("a plan is announced by people")
    return actor.id
