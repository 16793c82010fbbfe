"""Payout runs: proposed, approved, called off whole or for one person, and tried again for those whom they missed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from hubapp.earnings.payouts import jobs, services
from hubapp.earnings.payouts.errors import AlreadySo, TooLate, WrongMinimum
from hubapp.jobs import worker
from hubapp.kernel import clock
from hubapp.tenancy.audit import SYSTEM
from tests.factories.races import together
from tests.journeys.money_machine import oracle, sights
from tests.journeys.money_machine.rules.payouts import IN_FORCE, LEFT_OF_RIGHTS, OWED_BACK_BPS, Payouts
from tests.journeys.money_machine.rules.sales import NUMBER
from tests.journeys.money_machine.steps import NOTHING, step, tried

RHYTHMS = st.sampled_from(("request", "weekly", "monthly"))
ITEMS = "SELECT * FROM payout_run_item WHERE run_id = %s ORDER BY id"
RETRIED = """
SELECT i.* FROM payout_run_item i JOIN payout p ON p.run_item_id = i.id GROUP BY i.id
HAVING bool_and(p.status IN ('failed', 'canceled')) ORDER BY i.id
"""


class Runs(Payouts):
    """What the central team does on the page of payouts."""

    @step(place=NUMBER, is_everybody=st.booleans(), is_one_hub=st.booleans())
    def propose_a_run(self, place: int, is_everybody: bool, is_one_hub: bool) -> str | None:
        """Everybody's amount is what the oracle says of their rights in the hubs that are open."""
        only = self.world.places[place % len(self.world.places)].hub_id if is_one_hub else None
        run_id = self.propose(only, is_everybody=is_everybody)
        items = self.world.rows(ITEMS, run_id)
        for item in items:
            hubs = [where.hub_id for where in self.world.places if where.hub_id not in self.frozen]
            told = sum(self.payable(hub_id, item) for hub_id in hubs if only in {None, hub_id})
            assert item["amount"] == told, (item["account_id"], item["amount"], told)
        return None if items else NOTHING

    def propose(self, only: int | None = None, *, is_everybody: bool = True) -> UUID:
        with self.across():
            return services.propose(by=SYSTEM, now=clock.now(), hub_id=only, is_everybody=is_everybody)

    def payable(self, hub_id: int, item: dict[str, Any]) -> int:
        """What a payout would bring somebody in a hub now."""
        now = clock.now()
        rights = self.world.rows(LEFT_OF_RIGHTS, hub_id, f"account:{item['account_id']}", item["currency"], now)
        (rules,) = self.world.rows(IN_FORCE, now)
        bps = rules["rules"].get("owed_back_bps", OWED_BACK_BPS)
        return sum(oracle.claims([(row["id"], row["left"]) for row in rights], bps).values())

    def runs_in(self, *statuses: str) -> list[dict[str, Any]]:
        return self.world.rows("SELECT * FROM payout_run WHERE status = ANY(%s) ORDER BY id", list(statuses))

    def approve(self, run_id: UUID) -> Any:
        with self.across():
            return services.approve(run_id=run_id, by=SYSTEM, now=clock.now())

    @step(number=NUMBER, is_doubled=st.booleans())
    def approve_a_run(self, number: int, is_doubled: bool) -> str | None:
        if (run := self.pick(self.runs_in("proposed"), number)) is None:
            return NOTHING

        def click() -> Any:
            return tried(lambda: self.approve(run["id"]), AlreadySo)

        answers = together(click, click) if is_doubled else [click()]
        assert answers.count(None) == 1
        return None

    @step(number=NUMBER)
    def cancel_a_run(self, number: int) -> str | None:
        if (run := self.pick(self.runs_in("proposed", "approved"), number)) is None:
            return NOTHING
        with self.across():
            services.cancel_run(run_id=run["id"], by=SYSTEM, now=clock.now())
        return None

    @step(number=NUMBER, which=NUMBER)
    def take_somebody_out(self, number: int, which: int) -> str | None:
        run = self.pick(self.runs_in("proposed", "approved"), number)
        if run is None or (item := self.pick(self.world.rows(ITEMS, run["id"]), which)) is None:
            return NOTHING

        def act() -> None:
            with self.across():
                services.cancel_item(run_id=run["id"], item_id=item["id"], by=SYSTEM, now=clock.now())

        refused = isinstance(tried(act, TooLate), TooLate)
        assert not (refused and item["status"] == "planned")
        return NOTHING if refused else None

    @step(number=NUMBER)
    def try_somebody_again(self, number: int) -> str | None:
        if (item := self.pick(self.world.rows(RETRIED), number)) is None:
            return NOTHING

        def act() -> None:
            with self.across():
                services.retry_item(run_id=item["run_id"], item_id=item["id"], by=SYSTEM, now=clock.now())

        return NOTHING if tried(act, AlreadySo) else None

    @step(number=NUMBER)
    def freeze_somebody_between_preview_and_approval(self, number: int) -> str | None:
        """Also twice at once: a run starts each of its payouts once, and none to whom it may not."""
        run_id = self.propose()
        planned = [row for row in self.world.rows(ITEMS, run_id) if row["status"] == "planned"]
        if (item := self.pick(planned, number)) is None:
            return NOTHING
        person = item["account_id"]
        self.freeze(person, is_frozen=True)
        self.approve(run_id)

        def start() -> None:
            worker.run_job(self.till.app, name=jobs.START_RUN, hub_id=None, arguments={"run_id": str(run_id)})

        together(start, start)
        (after,) = self.world.rows("SELECT * FROM payout_run_item WHERE id = %s", item["id"])
        assert after["status"] == "left_out", after
        assert not self.world.rows("SELECT 1 FROM payout WHERE run_item_id = %s", item["id"])
        made = self.world.rows(
            "SELECT i.id, count(p.id) AS payouts FROM payout_run_item i LEFT JOIN payout p ON p.run_item_id = i.id"
            " WHERE i.run_id = %s AND i.status = 'started' GROUP BY i.id HAVING count(p.id) <> 1",
            run_id,
        )
        assert not made, made
        self.freeze(person, is_frozen=False)
        sights.seen["frozen after the preview"] += 1
        return None

    @step(number=NUMBER, rhythm=RHYTHMS, minimum=st.one_of(st.none(), st.integers(1, 60_000)))
    def choose_a_rhythm(self, number: int, rhythm: str, minimum: int | None) -> str | None:
        person, hub_id, payee = self.payee(number)
        if payee is None:
            return NOTHING

        def choose() -> None:
            currency = self.world.places_by_hub[hub_id].currency
            with self.in_hub(hub_id):
                services.choose_rhythm(account_id=person, rhythm=rhythm, currency=currency, minimum=minimum)

        return NOTHING if tried(choose, WrongMinimum) else None

    @step(number=NUMBER)
    def confirm_the_bank(self, number: int) -> str | None:
        _person, hub_id, payee = self.payee(number)
        if payee is None or not payee["check_reason"]:
            return NOTHING
        with self.in_hub(hub_id):
            services.ask_to_confirm_bank(payee_id=payee["id"])
        return None
