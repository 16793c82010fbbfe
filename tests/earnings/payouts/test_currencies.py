"""Currencies that the provider moves in steps: what is below one step stays, and no part of a cent is lost."""

from __future__ import annotations

from uuid import UUID

import pytest

from hubapp.earnings.payouts import queries
from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.kernel.money import Money
from hubapp.money.ledger.queries import Purpose
from hubapp.tenancy.scope import hub_scope
from tests.factories.earning import HOLD, Town
from tests.support.browsing import Browser


def stays(town: Town, seller: UUID) -> Money:
    """What the seller's page says is left for the next payout."""
    with town.till.app.app_context(), hub_scope(town.hubs[0]), unit_of_work():
        return queries.overview(account_id=seller, currency=town.currency, now=clock.now()).stays


@pytest.fixture
def dinar(town: Town) -> Town:
    """One hub that sells in dinars of a thousand millimes."""
    return in_currency(town, "TND")


def in_currency(town: Town, currency: str) -> Town:
    town.till.currency = currency
    town.hubs.clear()
    town.hub("tunis")
    return town


def sold_and_paid_out(town: Town, amount: int) -> tuple[UUID, int]:
    """(the seller, the amount of the payout that has arrived)."""
    seller = town.earner(amount)
    payout_id = town.request(town.hubs[0], seller)
    town.settle()
    town.arrive()
    payout = town.payout(payout_id)
    assert payout.status == "paid"
    assert payout.amount is not None
    return seller, payout.amount


def test_a_payout_in_dinars_is_a_multiple_of_ten_and_the_rest_stays(dinar: Town) -> None:
    # 97.870 and the provider's fee of 2.700: the hub's 5 % and the core's 3 % of 97.870 leave 87.340 and some millimes.
    seller, paid = sold_and_paid_out(dinar, 97_830)
    owed = -dinar.balance(dinar.hubs[0], f"account:{seller}", Purpose.OWED)
    assert paid % 10 == 0
    assert owed == 3
    assert stays(dinar, seller) == Money(owed, "TND")
    dinar.assert_at_rest()


def test_what_stayed_is_paid_with_the_next_payout(dinar: Town) -> None:
    seller, first = sold_and_paid_out(dinar, 97_830)
    left = stays(dinar, seller).amount
    dinar.sell(dinar.hubs[0], seller, 97_830)
    dinar.arrive()
    dinar.till.advance(HOLD)
    payout_id = dinar.request(dinar.hubs[0], seller)
    dinar.settle()
    second = dinar.payout(payout_id).amount
    assert second == (first + 2 * left) // 10 * 10
    dinar.arrive()
    assert stays(dinar, seller).amount == (2 * left) % 10
    dinar.assert_at_rest()


def test_the_payee_reads_what_stays(dinar: Town) -> None:
    seller, _paid = sold_and_paid_out(dinar, 97_830)
    left = stays(dinar, seller)
    page = Browser(dinar.till.app, dinar.hubs[0], seller).get("/me/earnings").text
    assert f"{left.major}" in page
    assert "stays for the next payout" in page


@pytest.mark.parametrize(("currency", "amount", "step"), [("JPY", 9_783, 1), ("KWD", 97_830, 10), ("EUR", 9_783, 1)])
def test_other_currencies_go_in_their_own_steps(town: Town, currency: str, amount: int, step: int) -> None:
    seller, paid = sold_and_paid_out(in_currency(town, currency), amount)
    assert paid % step == 0
    assert -town.balance(town.hubs[0], f"account:{seller}", Purpose.OWED) == stays(town, seller).amount < step
    town.assert_at_rest()
