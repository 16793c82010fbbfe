"""The machine without rules: its world, how work gets done in it, and how it comes to rest to be judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import ClassVar, TypeVar
from uuid import UUID

from hypothesis.stateful import RuleBasedStateMachine, initialize

from hubapp.jobs import worker
from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.market.orders.errors import NotSettledYet
from hubapp.market.orders.services import Purchase
from hubapp.market.subscriptions import services as subscriptions
from hubapp.money.payments.errors import NotYetKnown
from hubapp.money.payments.gateway import GatewayUnavailable
from hubapp.money.payments.sandbox import books
from hubapp.money.payments.sandbox.store import PLATFORM
from hubapp.tenancy import platform
from hubapp.tenancy import services as tenancy
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from tests.factories.earning import Town
from tests.factories.payments import Till
from tests.journeys.money_machine import moments, sights, steps
from tests.journeys.money_machine.line import Line
from tests.journeys.money_machine.rest import next_jump, unfinished
from tests.journeys.money_machine.truths import TRUTHS
from tests.journeys.money_machine.world import Place, Row, Thing, World

Found = TypeVar("Found")
# In the order in which one's work is the next one's.
SWEEPS = (
    "subscriptions.sweep",
    "orders.sweep_refunds",
    "payments.sweep_commands",
    "payments.sweep",
    "payments.sweep_disputes",
    "orders.sweep",
    "payouts.sweep",
    "shares.sweep_moves",
)
# Letters are no money, and take as long as everything else together; what only tests listen to is no work of ours.
NEXT = """
DELETE FROM procrastinate_jobs WHERE args->>'name' LIKE 'notifications.%' OR args->>'name' LIKE 'tests.%';
SELECT id, args FROM procrastinate_jobs WHERE status = 'todo' AND id > {} ORDER BY id LIMIT {}
"""
FORGET = "DELETE FROM procrastinate_events WHERE job_id IN ({0}); DELETE FROM procrastinate_jobs WHERE id IN ({0})"
MOST_ROUNDS = 30
ENOUGH = 10_000_000


@dataclass
class Sold:
    """A checkout that was placed, as whoever placed it remembers it."""

    place: Place
    buyer: UUID
    purchase: Purchase
    items: tuple[tuple[Thing, int], ...]
    checkout_id: UUID
    total: int
    is_paid: bool = False


class Base(RuleBasedStateMachine):
    """Fields that the rules of all capabilities share."""

    world: ClassVar[World]
    examples: ClassVar[int] = 0
    shortest: ClassVar[int] = 0  # the number of the example that hypothesis begins with: the least of everything

    def __init__(self) -> None:
        super().__init__()
        self.sold: list[Sold] = []
        self.outside: dict[str, int] = {}  # what the test moved on the platform's balance, by currency
        self.frozen: set[int] = set()
        self.rule_keys: dict[str, str] = {}
        self.planted: list[tuple[str, int]] = []  # faults: (kind, how often it may happen)
        self.number = 0
        self.depth = 0  # of rules that use rules
        self.doing = "asking"
        self.ran: list[str] = []  # jobs of this round

    @initialize()
    def begin(self) -> None:
        self.world.restore()
        self.line = Line(self.till)
        type(self).examples += 1
        self.number = type(self).examples
        self.sold = [replace(sale) for sale in self.world.history or ()]

    def lay_ground(self) -> None:
        """Let happen what has happened before every sequence, and keep it."""
        self.begin()
        self.make_history()
        self.world.history = self.sold
        self.world.keep()

    def make_history(self) -> None:
        """What has happened before every sequence, so that its first step may be a refund or a payout."""

    def taken(self, name: str, *, is_done: bool) -> None:
        """A step was taken: it is counted, and where it did something, what holds at any moment holds here too.

        The shortest sequence does next to nothing, and does not count.
        """
        if not hasattr(self, "line"):
            return
        if self.number != self.shortest:
            steps.taken[name] += 1
            steps.did[name] += is_done
        if is_done:
            moments.check(self.world)

    @classmethod
    def rule_names(cls) -> set[str]:
        """Everything that the machine may do."""
        return {rule.function.__name__ for rule in cls.setup_state().rules}

    @property
    def till(self) -> Till:
        return self.world.till

    def town(self, hub_id: int) -> Town:
        """The usual steps, in a hub's currency."""
        self.till.currency = self.world.places_by_hub[hub_id].currency
        return Town(self.till, [hub_id])

    @contextmanager
    def in_hub(self, hub_id: int) -> Iterator[None]:
        """One transaction in a hub, as a request has it."""
        with self.till.app.app_context(), hub_scope(hub_id), unit_of_work():
            yield

    @contextmanager
    def across(self) -> Iterator[None]:
        """One transaction of the central team's."""
        with self.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
            yield

    @contextmanager
    def centrally_in(self, hub_id: int) -> Iterator[None]:
        """One transaction of the central team's about one hub."""
        with self.across(), platform.in_hub(hub_id):
            yield

    def pick(self, among: Sequence[Found], number: int) -> Found | None:
        """One of several, or None where there is none."""
        return among[number % len(among)] if among else None

    def next_jobs(self, limit: int, after: int = 0) -> list[Row]:
        """The next jobs in the queue, oldest first."""
        return self.world.rows(NEXT.format(after, limit))

    def run(self, job: Row) -> bool:
        """Run one job as a worker does: gone when it succeeds, kept while what it speaks of is not known."""
        if not self.perform(job):
            return False
        self.forget([job])
        return True

    def perform(self, job: Row) -> bool:
        """Do what a job is about; False while what it speaks of is not known."""
        self.doing = job["args"]["name"]
        try:
            worker.run_job(self.till.app, **job["args"])
        except (NotYetKnown, NotSettledYet, GatewayUnavailable):
            sights.seen["job: not known yet"] += 1
            return False
        self.ran.append(str(job["args"]))
        return True

    def forget(self, jobs: Sequence[Row]) -> None:
        """Take jobs off the queue."""
        if jobs:
            self.world.rows(FORGET.format(", ".join(str(job["id"]) for job in jobs)))

    def work(self, limit: int) -> int:
        """Run so many jobs, in order; answers how many were run."""
        count, after = 0, 0
        while count < limit and (jobs := self.next_jobs(min(limit - count, 20), after)):
            after, done = jobs[-1]["id"], list[Row]()
            try:
                for job in jobs:
                    done += [job] * self.perform(job)
            finally:
                self.forget(done)
            count += len(done)
        return count

    def sweep(self, name: str) -> None:
        """What runs by the clock."""
        self.doing = name
        self.world.rows(
            "UPDATE gateway_command SET next_try_at = %s, lease_until = NULL WHERE status IN ('todo', 'unknown')",
            clock.wall(),
        )
        worker.run_job(self.till.app, name=name, hub_id=None, arguments={})

    def teardown(self) -> None:
        if not hasattr(self, "line"):
            return
        sights.look_at_faults(self.world, self.planted)
        self.come_to_rest()
        for check in TRUTHS:
            check(self)
        sights.look_around(self.world)

    def come_to_rest(self) -> None:
        """No more faults, everybody may go on, there is money enough; then time passes until nothing is left to do."""
        self.world.theirs("UPDATE fault SET remaining = 0")
        self.world.theirs("UPDATE endpoint SET enabled = true")
        for hub_id in sorted(self.frozen):
            with self.across():
                tenancy.lift_hub(hub_id=hub_id, actor=SYSTEM, now=clock.now())
        self.frozen.clear()
        for place in self.world.places:
            self.move(place, ENOUGH)
        for number in range(MOST_ROUNDS):
            self.stop_renewing()
            self.settle()
            # A day at least: what nobody was told of is found by looks that come once a day.
            if not (left := unfinished(self.world)) and number:
                return
            self.till.advance(next_jump(self.world, clock.now(), number))
        raise AssertionError(f"this never ends: {left}")

    def stop_renewing(self) -> None:
        """Nothing would ever be at rest while somebody subscribes."""
        for row in self.world.rows("SELECT hub_id, id, account_id FROM subscription WHERE status = 'active'"):
            with self.in_hub(row["hub_id"]):
                subscriptions.pause(subscription_id=row["id"], account_id=row["account_id"])

    def settle(self) -> None:
        """Everything that is due now, events and sweeps included.

        Ends with a round that does the same as the one before: sweeps ask again for what only time can bring.
        """
        before: list[str] = []
        done = self.round()
        while done and done != before:
            before, done = done, self.round()
        self.doing = "asking"

    def round(self) -> list[str]:
        """The sweeps, and what follows from them until the queue is empty; answers what was done."""
        for name in SWEEPS:
            self.sweep(name)
        self.doing, self.ran = "delivering", []
        events = ["event"] * self.line.deliver("in_order")
        while self.work(1_000):
            pass
        return events + self.ran

    def move(self, place: Place, amount: int) -> None:
        """Money of the platform's own, in or out of its balance at the provider."""
        with self.till.sandbox.transaction() as tx:
            books.record(
                tx, account=PLATFORM, kind="payout", source="po_sbxtest", amount=amount, currency=place.currency.lower()
            )
        self.outside[place.currency] = self.outside.get(place.currency, 0) + amount

    def usable(self, currency: str) -> int:
        """What the platform may spend at the provider."""
        with self.till.sandbox.transaction() as tx:
            lines = books.balance(tx, PLATFORM)["available"]
        return sum(line["amount"] for line in lines if line["currency"] == currency.lower())
