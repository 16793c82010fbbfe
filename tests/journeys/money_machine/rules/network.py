"""What the central team and the clock do: freeze and lift a hub, publish other rates, let time pass, do work."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from hubapp.earnings.shares.models import ShareRuleVersion
from hubapp.kernel import clock
from hubapp.kernel.db import db
from hubapp.tenancy import services as tenancy
from hubapp.tenancy.audit import SYSTEM
from tests.journeys.money_machine import sights
from tests.journeys.money_machine.base import SWEEPS
from tests.journeys.money_machine.rules.sales import NUMBER
from tests.journeys.money_machine.rules.subscriptions import Subscriptions
from tests.journeys.money_machine.steps import NOTHING, step

TIMES = (
    timedelta(minutes=5),
    timedelta(minutes=40),
    timedelta(hours=3),
    timedelta(hours=25),
    timedelta(days=3),
    timedelta(days=17),
    timedelta(days=40),
)
# What need not run for everything to come to rest.
DAILY = ("payouts.propose", "subscriptions.watch_prices")
WAITING = """
SELECT 1 FROM procrastinate_jobs UNION ALL SELECT 1 FROM gateway_command WHERE status IN ('todo', 'unknown') LIMIT 1
"""
RATES = st.integers(0, 1_500)


class Network(Subscriptions):
    """What happens to everybody."""

    @step(place=NUMBER)
    def freeze_or_lift_a_hub(self, place: int) -> None:
        hub_id = self.world.places[place % len(self.world.places)].hub_id
        with self.across():
            if hub_id in self.frozen:
                tenancy.lift_hub(hub_id=hub_id, actor=SYSTEM, now=clock.now())
            else:
                tenancy.freeze_hub(hub_id=hub_id, reason="under review", actor=SYSTEM, now=clock.now())
        self.frozen ^= {hub_id}
        sights.seen["hub frozen"] += hub_id in self.frozen

    @step(
        tiers=st.tuples(st.integers(1, 2_000), RATES, RATES),
        hold=st.integers(0, 20),
        rates=st.fixed_dictionaries(
            {
                "referrer_bps": RATES,
                "core_bps": RATES,
                "cross_hub_bps": st.integers(0, 400),
                "owed_back_bps": st.integers(0, 10_000),
            }
        ),
    )
    def publish_other_rules(self, tiers: tuple[int, int, int], hold: int, rates: dict[str, int]) -> None:
        """Orders that were placed before keep theirs."""
        bound, low, high = tiers
        rules = {"tiers": [[bound, low], [None, high]], "hold_days": hold, **rates}
        with self.across():
            number = len(self.rule_keys)
            key = f"machine-{number}"
            self.rule_keys[key] = clock.now().isoformat()
            db.session.add(ShareRuleVersion(key=key, effective_from=clock.now(), rules=rules, published=True))

    @step(by=st.sampled_from(TIMES))
    def let_time_pass(self, by: timedelta) -> None:
        self.till.advance(by)

    @step(jobs=st.integers(1, 4))
    def do_some_work(self, jobs: int) -> str | None:
        return None if self.work(jobs) else NOTHING

    @step(jobs=st.integers(1, 8))
    def do_more_work(self, jobs: int) -> str | None:
        return None if self.work(jobs) else NOTHING

    @step(which=NUMBER)
    def do_the_latest_first(self, which: int) -> str | None:
        """Several workers: jobs overtake each other."""
        self.next_jobs(1)
        jobs = self.world.rows("SELECT id, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id DESC LIMIT 5")
        if (job := self.pick(jobs, which)) is None:
            return NOTHING
        self.run(job)
        return None

    @step(name=st.sampled_from((*SWEEPS, *DAILY)))
    def sweep_one(self, name: str) -> None:
        self.sweep(name)

    @step()
    def send_deliver_and_work(self) -> str | None:
        ours, theirs = (
            self.world.rows(WAITING),
            self.world.theirs("SELECT 1 FROM delivery WHERE state = 'pending' LIMIT 1"),
        )
        if not ours and not theirs:
            return NOTHING
        self.sweep("payments.sweep_commands")
        self.line.deliver("in_order")
        self.work(6)
        return None
