"""Asking to be paid, also twice and at once with a refund; accounts that change, stop, freeze; too little money."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import rule

from hubapp.earnings.payouts import services
from hubapp.earnings.payouts.errors import BelowMinimum, PayeeNotReady, PayoutUnderWay
from hubapp.money.payments.sandbox.operations.accounts import Onboarding
from tests.factories.races import together
from tests.journeys.money_machine.base import tried
from tests.journeys.money_machine.rules.refunds import Refunds
from tests.journeys.money_machine.rules.sales import NUMBER

BANKS = ("FR7630006000011234567890189", "FR7630006000019999999999999")
REFUSALS = (PayeeNotReady, PayoutUnderWay, BelowMinimum)


class Payouts(Refunds):
    """What sends money to sellers."""

    def payee(self, number: int) -> tuple[UUID, int, dict[str, Any] | None]:
        """(person, hub, row of the payee if they have an account)."""
        people = sorted(self.world.payees.items())
        person, hub_id = people[number % len(people)]
        rows = self.world.rows("SELECT * FROM payee WHERE account_id = %s", person)
        return person, hub_id, rows[0] if rows else None

    @rule(number=NUMBER, is_doubled=st.booleans())
    def ask_to_be_paid(self, number: int, is_doubled: bool) -> None:
        person, hub_id, payee = self.payee(number)
        town = self.town(hub_id)

        def click() -> Any:
            return tried(lambda: town.request(hub_id, person), *REFUSALS)

        answers = together(click, click) if is_doubled else [click()]
        asked = [answer for answer in answers if isinstance(answer, UUID)]
        assert len(asked) <= 1
        if payee is None or payee["status"] != "ready" or payee["frozen_reason"]:
            assert all(isinstance(answer, PayeeNotReady) for answer in answers)

    @rule(number=NUMBER, which=NUMBER)
    def pay_out_while_it_is_called_off(self, number: int, which: int) -> None:
        person, hub_id, _payee = self.payee(number)
        town, order = self.town(hub_id), self.pick(self.whole("paid", "handed_over"), which)
        if order is None:
            return
        together(lambda: tried(lambda: town.request(hub_id, person), *REFUSALS), lambda: self.cancel(order))
        first, second = self.next_job(), None
        if first is not None:
            second = self.next_job(first["id"])
        if first is not None and second is not None:
            together(lambda: self.run(first), lambda: self.run(second))

    @rule(number=NUMBER, bank=st.sampled_from(BANKS), is_working=st.booleans())
    def fill_in_the_account_again(self, number: int, bank: str, is_working: bool) -> None:
        _person, _hub_id, payee = self.payee(number)
        if payee is None or payee["provider_account_id"] is None:
            return
        account = payee["provider_account_id"]
        self.world.theirs("UPDATE fault SET remaining = 0 WHERE matches IN ('', 'account_link.create')")
        link = self.till.wiring.gateway.onboarding_link(
            account_id=account, refresh_url="http://x/again", return_url="http://x/done"
        )
        form = Onboarding("individual", "Ann", bank, is_working)
        self.till.sandbox.onboard(account, parse_qs(urlsplit(link).query)["link"][0], form)

    @rule(number=NUMBER)
    def stop_the_account(self, number: int) -> None:
        _person, _hub_id, payee = self.payee(number)
        if payee is not None and payee["provider_account_id"] is not None:
            self.till.sandbox.disable_account(payee["provider_account_id"])

    @rule(number=NUMBER)
    def freeze_or_lift_the_payee(self, number: int) -> None:
        person, _hub_id, payee = self.payee(number)
        if payee is not None:
            with self.across():
                reason = None if payee["frozen_reason"] else "a question is open"
                services.freeze_payee(account_id=person, reason=reason)

    @rule(place=NUMBER)
    def take_or_bring_money(self, place: int) -> None:
        where = self.world.places[place % len(self.world.places)]
        moved = self.outside.get(where.currency, 0)
        if moved:
            self.move(where, -moved)
        else:
            self.move(where, -max(0, self.usable(where.currency)))
