"""The machine without rules: its world, how work gets done in it, and how it comes to rest to be judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from hypothesis.stateful import RuleBasedStateMachine, initialize

from hubapp.jobs import worker
from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.market.orders.services import Purchase
from hubapp.money.payments.errors import NotYetKnown
from hubapp.money.payments.sandbox import books
from hubapp.money.payments.sandbox.store import PLATFORM
from hubapp.tenancy import services as tenancy
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from tests.factories.earning import Town
from tests.factories.payments import Till
from tests.journeys.money_machine.line import Line
from tests.journeys.money_machine.truths import TRUTHS
from tests.journeys.money_machine.world import Place, Row, Thing, World

Found = TypeVar("Found")
SWEEPS = ("payments.sweep_commands", "payments.sweep", "orders.sweep", "payouts.sweep", "shares.sweep_moves")
NEXT = """
SELECT id, args FROM procrastinate_jobs WHERE status = 'todo' AND id > %s ORDER BY id LIMIT 1
"""
# Letters are no money, and take as long as everything else together.
NOT_OURS = "DELETE FROM procrastinate_jobs WHERE args->>'name' LIKE 'notifications.%%'"
LATER = (timedelta(minutes=40), timedelta(hours=26), timedelta(days=4), timedelta(days=20))
MOST_ROUNDS = 24
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
    steps: ClassVar[int] = 0
    examples: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.sold: list[Sold] = []
        self.outside: dict[str, int] = {}  # what the test moved on the platform's balance, by currency
        self.frozen: set[int] = set()
        self.rule_keys: dict[str, str] = {}
        self.doing = "asking"
        self.ran: list[str] = []  # jobs of this round

    history: ClassVar[list[Sold] | None] = None

    @initialize()
    def begin(self) -> None:
        self.world.restore()
        self.line = Line(self.till)
        type(self).examples += 1
        if Base.history is None:
            self.make_history()
            self.world.keep()
            Base.history = self.sold
            self.world.restore()
        self.sold = [replace(sale) for sale in Base.history]

    def make_history(self) -> None:
        """What has happened before every sequence, so that its first step may be a refund or a payout."""

    def check_invariants(self, *given: Any, **named: Any) -> None:
        """Called after each step: they are counted here, where nothing is printed."""
        Base.steps += 1
        super().check_invariants(*given, **named)

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

    def pick(self, among: Sequence[Found], number: int) -> Found | None:
        """One of several, or None where there is none."""
        return among[number % len(among)] if among else None

    def next_job(self, after: int = 0) -> Row | None:
        """The next job in the queue."""
        self.world.rows(NOT_OURS)
        return next(iter(self.world.rows(NEXT, after)), None)

    def run(self, job: Row) -> bool:
        """Run one job as a worker does: gone when it succeeds, kept while what it speaks of is not known."""
        self.doing = job["args"]["name"]
        try:
            worker.run_job(self.till.app, **job["args"])
        except NotYetKnown:
            return False
        self.forget(job)
        self.ran.append(str(job["args"]))
        return True

    def forget(self, job: Row) -> None:
        """Take a job off the queue."""
        self.world.rows("DELETE FROM procrastinate_events WHERE job_id = %s", job["id"])
        self.world.rows("DELETE FROM procrastinate_jobs WHERE id = %s", job["id"])

    def work(self, limit: int) -> int:
        """Run so many jobs, in order; answers how many were run."""
        done, after = 0, 0
        while done < limit and (job := self.next_job(after)) is not None:
            after = job["id"]
            done += self.run(job)
        return done

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
        self.come_to_rest()
        for check in TRUTHS:
            check(self)

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
            self.settle()
            if not (left := self.unfinished()):
                return
            self.till.advance(LATER[number % len(LATER)])
        raise AssertionError(f"this never ends: {left}")

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

    def unfinished(self) -> list[Row]:
        """What somebody still has to do something about."""
        return [
            *self.world.rows("SELECT args->>'name' AS job FROM procrastinate_jobs"),
            *self.world.rows("SELECT kind, status, error FROM gateway_command WHERE status IN ('todo', 'unknown')"),
            *self.world.rows(
                "SELECT 'payment' AS noun, status FROM payment WHERE status IN ('new', 'open', 'processing')"
            ),
            *self.world.rows(
                "SELECT 'charge' AS noun FROM payment WHERE status = 'succeeded' AND booked_available_at IS NULL"
            ),
            *self.world.rows("SELECT 'refund' AS noun, status FROM refund WHERE status IN ('requested', 'pending')"),
            *self.world.rows("SELECT 'order' AS noun, status FROM orders WHERE status IN ('placed', 'canceled')"),
            *self.world.rows(
                "SELECT 'payout' AS noun, status, reason FROM payout WHERE status NOT IN ('paid', 'failed', 'canceled')"
            ),
            *self.world.rows(
                "SELECT 'part' AS noun FROM payout_part WHERE status IN ('claimed', 'transferred', 'bounced')"
            ),
            *self.world.rows("SELECT 'move' AS noun, key FROM clearing_move WHERE booked_at IS NULL"),
            *self.world.rows("SELECT external_id FROM gateway_event WHERE handled_at IS NULL"),
            *self.world.theirs("SELECT 'event' AS noun FROM delivery WHERE state = 'pending'"),
            *self.world.theirs("SELECT kind, due_at FROM resource WHERE due_at IS NOT NULL"),
        ]

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


def tried(act: Callable[[], Any], *refusals: type[Exception]) -> Any:
    """What an act answered, or the refusal that it ended with."""
    try:
        return act()
    except refusals as refusal:
        return refusal
