"""Asking to be paid, also twice and at once with a refund; accounts that change, stop, freeze; too little money."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from hypothesis import strategies as st

from hubapp.earnings.payouts import jobs, services
from hubapp.earnings.payouts.errors import BelowMinimum, PayeeNotReady, PayoutUnderWay
from hubapp.kernel import clock
from hubapp.money.payments.sandbox.operations.accounts import Onboarding
from hubapp.tenancy.audit import SYSTEM
from tests.factories.races import together
from tests.journeys.money_machine import oracle, sights
from tests.journeys.money_machine.base import Base
from tests.journeys.money_machine.rules.disputes import Disputes
from tests.journeys.money_machine.rules.refunds import REFUSALS as NO_REFUND
from tests.journeys.money_machine.rules.refunds import STANDS
from tests.journeys.money_machine.rules.sales import NUMBER
from tests.journeys.money_machine.steps import NOTHING, step, tried
from tests.journeys.money_machine.world import Row

BANKS = ("FR7630006000011234567890189", "FR7630006000019999999999999")
OWED_BACK_BPS = 5_000  # of rules that do not say
CLAIMED = "SELECT right_id, amount FROM earning_claim WHERE payout_id = %s AND hub_id = %s"
LEFT_OF_RIGHTS = """
SELECT * FROM (
  SELECT id, order_id, position, available_at, is_frozen, amount - reversed - claimed AS left FROM earning_right
  WHERE hub_id = %s AND owner = %s AND currency = %s
) AS r WHERE r.left < 0 OR (r.available_at <= %s AND NOT is_frozen) ORDER BY order_id, position
"""
MAY_RETURN_FOR = timedelta(days=10)
ARRIVED = "SELECT destination, provider_id FROM payout WHERE status = 'paid' AND paid_at > %s ORDER BY id"
PAID_THERE = "SELECT id FROM resource WHERE kind = 'payout' AND body->>'status' = 'paid'"
IN_FORCE = """
SELECT rules FROM share_rule_version WHERE published AND effective_from <= %s
ORDER BY effective_from DESC, key DESC LIMIT 1
"""
REFUSALS = (PayeeNotReady, PayoutUnderWay, BelowMinimum)


class Payouts(Disputes):
    """What sends money to sellers."""

    def payee(self, number: int) -> tuple[UUID, int, dict[str, Any] | None]:
        """(person, hub, row of the payee if they have an account)."""
        people = sorted(self.world.payees.items())
        person, hub_id = people[number % len(people)]
        rows = self.world.rows("SELECT * FROM payee WHERE account_id = %s", person)
        return person, hub_id, rows[0] if rows else None

    def perform(self, job: Row) -> bool:
        """What a payout takes of a hub is what the oracle says of the rights as they are then."""
        if job["args"]["name"] != jobs.PREPARE:
            return super().perform(job)
        payout_id, hub_id = job["args"]["arguments"]["payout_id"], job["args"]["hub_id"]
        was_done, expected = self.part(payout_id, hub_id), self.claims(payout_id, hub_id)
        done = super().perform(job)
        part = self.part(payout_id, hub_id)
        if part is not None and was_done is None:
            claimed = self.world.rows(CLAIMED, payout_id, hub_id)
            told = {} if hub_id in self.frozen else expected
            assert {row["right_id"]: row["amount"] for row in claimed} == told, (payout_id, hub_id)
            assert part["amount"] == sum(told.values())
        return done

    def part(self, payout_id: str, hub_id: int) -> Row | None:
        parts = self.world.rows("SELECT * FROM payout_part WHERE payout_id = %s AND hub_id = %s", payout_id, hub_id)
        return self.pick(parts, 0)

    def claims(self, payout_id: str, hub_id: int) -> dict[UUID, int]:
        (payout,) = self.world.rows("SELECT account_id, currency FROM payout WHERE id = %s", payout_id)
        owner, now = f"account:{payout['account_id']}", clock.now()
        rights = self.world.rows(LEFT_OF_RIGHTS, hub_id, owner, payout["currency"], now)
        (rules,) = self.world.rows(IN_FORCE, now)
        return oracle.claims(
            [(row["id"], row["left"]) for row in rights], rules["rules"].get("owed_back_bps", OWED_BACK_BPS)
        )

    @step(number=NUMBER, is_doubled=st.booleans())
    def ask_to_be_paid(self, number: int, is_doubled: bool) -> str | None:
        person, hub_id, payee = self.payee(number)
        town = self.town(hub_id)

        def click() -> Any:
            return tried(lambda: town.request(hub_id, person), *REFUSALS)

        answers = together(click, click) if is_doubled else [click()]
        asked = [answer for answer in answers if isinstance(answer, UUID)]
        assert len(asked) <= 1
        if payee is None or payee["status"] != "ready" or payee["frozen_reason"]:
            assert all(isinstance(answer, PayeeNotReady) for answer in answers)
        return None if asked else NOTHING

    @step(number=NUMBER, which=NUMBER)
    def pay_out_while_it_is_called_off(self, number: int, which: int) -> str | None:
        person, hub_id, _payee = self.payee(number)
        town, order = self.town(hub_id), self.pick([row for row in self.orders() if row["status"] in STANDS], which)
        if order is None:
            return NOTHING
        together(
            lambda: tried(lambda: town.request(hub_id, person), *REFUSALS),
            lambda: tried(lambda: self.cancel(order), *NO_REFUND),
        )
        sights.seen["race: refund and payout"] += 1
        if len(jobs := self.next_jobs(2)) == 2:
            # Without the oracle, which knows no "at the same moment".
            together(*(lambda job=job: Base.perform(self, job) and self.forget([job]) for job in jobs))
        return None

    @step(number=NUMBER, bank=st.sampled_from(BANKS), is_working=st.booleans())
    def fill_in_the_account_again(self, number: int, bank: str, is_working: bool) -> str | None:
        """Other details than before: a payout that is under way to the old ones is not sent."""
        _person, _hub_id, payee = self.payee(number)
        if payee is None or payee["provider_account_id"] is None:
            return NOTHING
        account = payee["provider_account_id"]
        self.world.theirs("UPDATE fault SET matches = 'never' WHERE matches IN ('', 'account_link.create')")
        link = self.till.wiring.gateway.onboarding_link(
            account_id=account, refresh_url="http://x/again", return_url="http://x/done"
        )
        form = Onboarding("individual", "Ann", bank, is_working)
        self.till.sandbox.onboard(account, parse_qs(urlsplit(link).query)["link"][0], form)
        sights.seen["swapped account"] += 1
        return None

    @step(number=NUMBER)
    def return_from_the_bank(self, number: int) -> str | None:
        """Banks may, within some days after the money had arrived; word of it may be lost like any other."""
        there = {row["id"] for row in self.world.theirs(PAID_THERE)}
        arrived = self.world.rows(ARRIVED, clock.now() - MAY_RETURN_FOR)
        if (payout := self.pick([row for row in arrived if row["provider_id"] in there], number)) is None:
            return NOTHING
        self.till.sandbox.bounce_payout(payout["destination"], payout["provider_id"])
        return None

    @step(number=NUMBER)
    def stop_the_account(self, number: int) -> str | None:
        _person, _hub_id, payee = self.payee(number)
        if payee is None or payee["provider_account_id"] is None:
            return NOTHING
        self.till.sandbox.disable_account(payee["provider_account_id"])
        sights.seen["stopped account"] += 1
        return None

    @step(number=NUMBER)
    def freeze_or_lift_the_payee(self, number: int) -> str | None:
        person, _hub_id, payee = self.payee(number)
        if payee is None:
            return NOTHING
        self.freeze(person, is_frozen=not payee["frozen_reason"])
        return None

    def freeze(self, person: UUID, *, is_frozen: bool) -> None:
        with self.across():
            act = services.freeze_payee if is_frozen else services.lift_payee
            act(account_id=person, reason="a question is open", actor=SYSTEM, now=clock.now())

    @step(place=NUMBER)
    def take_or_bring_money(self, place: int) -> None:
        where = self.world.places[place % len(self.world.places)]
        moved = self.outside.get(where.currency, 0)
        if moved:
            self.move(where, -moved)
        else:
            self.move(where, -max(0, self.usable(where.currency)))
            sights.seen["too little money"] += 1
