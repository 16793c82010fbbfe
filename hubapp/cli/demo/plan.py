"""From a story to what happens when: the same story and moment give the same plan."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hubapp.cli.demo.acts import (
    Act,
    Agree,
    AskBack,
    Buy,
    CallOff,
    Connect,
    Defend,
    Enter,
    HandOver,
    Offer,
    Open,
    PayOut,
    Step,
    Subscribe,
    Withdraw,
)
from hubapp.cli.demo.content import Purchase, Story
from hubapp.cli.demo.days import QUIET, moment
from hubapp.cli.demo.earning import Earning
from hubapp.cli.demo.together import Together

OPENED = 366  # days ago
FIRST_ORDER = 345
NUMBERS_APART = 100_000  # more than a hub's other purchases
CHANNELS = ("link", "qr", "mail", "invite")


def plan(story: Story, now: datetime) -> list[Step]:
    """Everything that happens in one hub up to `now`, in order."""
    return sorted(_Planner(story, now).steps(), key=lambda step: step.at)


class _Planner:
    def __init__(self, story: Story, now: datetime) -> None:
        self.story, self.now = story, now
        self.zone = ZoneInfo(story.pack.timezone)
        # Believable variety, the same on every machine.
        self.chance = random.Random(story.slug)  # noqa: S311
        self.left = {number: article.text.left for number, article in enumerate(story.articles)}
        for one in story.subscribers:
            self._take(one.article, one.quantity * (one.days_ago // 28 + 1))
        for purchase in story.purchases:
            self._take(purchase.article, 1)
        self.entered = {key: self._moment(person.joined) for key, person in story.people.items()}
        self.offered = {number: self._moment(article.added) for number, article in enumerate(story.articles)}

    def steps(self) -> Iterator[Step]:
        """In no order."""
        yield self._step(self._moment(OPENED), Open())
        for key, person in self.story.people.items():
            yield self._step(self.entered[key], Enter(person))
        for number, article in enumerate(self.story.articles):
            yield self._step(self.offered[number], Offer(number, article))
        for one in self.story.subscribers:
            act = Subscribe(one.who, one.article, one.quantity, one.has_refused_card)
            yield self._step(self._moment(one.days_ago), act)
        yield from self._sales()
        for payout in self.story.payouts:
            at = self._moment(payout.days_ago)
            yield self._step(at, Connect(payout.who))
            yield self._step(at + timedelta(minutes=30), Withdraw(payout.who))
        for promise in self.story.retainers:
            yield self._step(self._moment(promise.days_ago), Agree(promise))
        for place, purchase in enumerate(self.story.purchases):
            yield from self._told(self.story.orders + 1 + place, purchase)
        for run in self.story.runs:
            yield self._step(self._moment(run.days_ago), PayOut(run.is_approved))
        yield from Together(self.story, self.now, self.entered).steps()
        yield from Earning(self.story, self.now, self.entered, NUMBERS_APART).steps()

    def _told(self, number: int, purchase: Purchase) -> Iterator[Step]:
        """A purchase with what comes of it: a buyer asks back the next day, a bank is answered two days later."""
        at = self._moment(purchase.days_ago)
        buy = Buy(number, purchase.who, ((purchase.article, 1),), is_disputed=purchase.is_disputed)
        yield self._step(at, buy)
        if purchase.days_ago > 1:
            yield self._step(at + timedelta(hours=6), HandOver(number))
        if purchase.asks_back is not None:
            yield self._step(at + timedelta(days=1), AskBack(number, purchase.asks_back))
        if purchase.defense is not None:
            yield self._step(at + timedelta(days=3), Defend(number, purchase.defense))

    def _sales(self) -> Iterator[Step]:
        moments = sorted(
            self._moment(FIRST_ORDER * (1 - self.chance.random()) ** 1.25) for _ in range(self.story.orders)
        )
        forced = self._last_pieces(moments)
        reserved = {number for numbers in forced.values() for number in numbers}
        called_off = self._called_off(moments, forced)
        for place, at in enumerate(moments):
            buy = self._purchase(place, at, forced.get(place, []), reserved)
            if buy is None:
                continue
            yield self._step(at, buy)
            yield from self._afterwards(at, buy, called_off.get(place))
        yield from self._abandoned(len(moments), reserved)

    def _last_pieces(self, moments: list[datetime]) -> dict[int, list[int]]:
        """Place of the purchase → articles bought up by then, one piece each, so that nothing of them is left."""
        forced: dict[int, list[int]] = {}
        for number, article in enumerate(self.story.articles):
            if article.is_sold_out and article.text.left:
                later = [place for place, at in enumerate(moments) if at > self.offered[number] + timedelta(days=1)]
                for place in self.chance.sample(later, article.text.left):
                    forced.setdefault(place, []).append(number)
        return forced

    def _called_off(self, moments: list[datetime], forced: dict[int, list[int]]) -> dict[int, str]:
        """Place of the purchase → reason, for those that are called off."""
        young, old = timedelta(days=5), timedelta(days=40)
        fitting = [place for place, at in enumerate(moments) if young < self.now - at < old and place not in forced]
        return dict(
            zip(self.chance.sample(fitting, len(self.story.cancellations)), self.story.cancellations, strict=True)
        )

    def _purchase(self, place: int, at: datetime, forced: list[int], reserved: set[int]) -> Buy | None:
        sellers = {self.story.articles[number].seller for number in forced}
        buyers = [key for key, entered in self.entered.items() if entered < at and key not in sellers]
        buyer = self.chance.choice(buyers)
        lines = dict.fromkeys(forced, 1)
        if not lines or self.chance.random() < 0.2:  # noqa: PLR2004
            lines |= self._picked(at, buyer, reserved)
        if not lines:
            return None
        for number, quantity in lines.items():
            self._take(number, quantity)
        is_sent = any(self.story.articles[number].text.shipping_price is not None for number in lines)
        can_be_sent = is_sent and self.story.people[buyer].has_address
        return Buy(
            number=place,
            buyer=buyer,
            lines=tuple(lines.items()),
            is_shipped=can_be_sent and self.chance.random() < 0.6,  # noqa: PLR2004
            via=self._referrer(at, buyer),
            channel=self.chance.choice(CHANNELS),
            is_declined_first=self.chance.random() < 0.06,  # noqa: PLR2004
        )

    def _picked(self, at: datetime, buyer: str, reserved: set[int]) -> dict[int, int]:
        """One to three articles of others, by appeal."""
        open_to = {
            number: article.appeal
            for number, article in enumerate(self.story.articles)
            if article.appeal
            and self.offered[number] < at
            and article.seller != buyer
            and number not in reserved
            and self._has(number)
        }
        picked: dict[int, int] = {}
        for _ in range(self.chance.choice((1, 1, 1, 2, 2, 3))):
            if open_to:
                number = self.chance.choices(list(open_to), list(open_to.values()))[0]
                del open_to[number]
                picked[number] = self._quantity(number)
        return picked

    def _quantity(self, number: int) -> int:
        left = self.left[number]
        most = self.story.articles[number].most
        return self.chance.randint(1, most if left is None else min(most, left))

    def _has(self, number: int) -> bool:
        left = self.left[number]
        return left is None or left > 1  # one stays, so that only what is meant to sell out does

    def _take(self, number: int, quantity: int) -> None:
        left = self.left[number]
        if left is not None:
            self.left[number] = left - quantity

    def _referrer(self, at: datetime, buyer: str) -> str | None:
        if not self.story.pack.features["referrals"] or self.chance.random() > 0.3:  # noqa: PLR2004
            return None
        others = [key for key, entered in self.entered.items() if entered < at and key != buyer]
        return self.chance.choice(others) if others else None

    def _afterwards(self, at: datetime, buy: Buy, reason: str | None) -> Iterator[Step]:
        if reason is not None:
            yield self._step(at + timedelta(hours=19), CallOff(buy.number, reason))
            return
        handed = at + timedelta(hours=self.chance.uniform(5, 60))
        if handed < self.now - QUIET and self.chance.random() < 0.94:  # noqa: PLR2004
            yield self._step(handed, HandOver(buy.number))

    def _abandoned(self, number: int, reserved: set[int]) -> Iterator[Step]:
        """Somebody gets as far as the card page and leaves."""
        at = self._moment(9)
        buyer = [key for key, entered in self.entered.items() if entered < at][-2]
        lines = self._picked(at, buyer, reserved)
        yield self._step(at, Buy(number, buyer, tuple(lines.items()), is_paid=False))

    def _moment(self, days_ago: float) -> datetime:
        return moment(self.now, self.zone, self.chance, days_ago)

    def _step(self, at: datetime, act: Act) -> Step:
        return Step(at, self.story.slug, act)
