"""A bank that sends back what it had paid: the money is available again, and the payee is asked to look."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from hubapp.earnings.payouts import policies, queries
from hubapp.earnings.payouts.models import PartStatus, PayoutStatus
from hubapp.earnings.payouts.policies import Summary
from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.money.ledger.queries import Purpose
from hubapp.money.payments.sandbox import webhooks
from hubapp.tenancy.scope import hub_scope
from tests.earnings.payouts.test_crashes import crash_along
from tests.factories.earning import HOLD, Town


def summary(town: Town, seller: UUID) -> Summary:
    with town.till.app.app_context(), hub_scope(town.hubs[0]), unit_of_work():
        return queries.summary(account_id=seller, currency=town.currency, now=clock.now())


def paid(town: Town, seller: UUID) -> UUID:
    payout_id = town.request(town.hubs[0], seller)
    town.settle()
    town.arrive()
    assert town.payout(payout_id).status == "paid"
    return payout_id


def bounce(town: Town, payout_id: UUID) -> None:
    payout = town.payout(payout_id)
    town.till.sandbox.bounce_payout(str(payout.destination), str(payout.provider_id))


def test_a_return_that_nobody_was_told_of_is_found_after_however_long_an_outage(town: Town) -> None:
    payout_id = paid(town, town.earner(10_000, 20_000))
    with town.till.sandbox.transaction() as tx:
        webhooks.pause(tx.connection)
    bounce(town, payout_id)
    town.till.advance(timedelta(days=200))
    town.settle()
    assert town.payout(payout_id).bounced_at is not None


def test_what_a_bank_returns_after_it_was_paid_is_available_again(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    payout_id = paid(town, seller)
    bounce(town, payout_id)
    town.settle()
    payout = town.payout(payout_id)
    assert (payout.status, payout.reason) == ("failed", "The bank account has been closed.")
    for hub in town.hubs:
        steps = ("transfer", "paid", "bounced", "returned")
        assert town.keys(hub) == [f"payout:{payout_id}:{step}" for step in steps]
    assert town.balance(town.hubs[0], f"account:{seller}", Purpose.OWED) == -9_025
    assert summary(town, seller) == Summary("EUR", 0, 9_025, 0, 0, 0, 9_025, 0)
    town.assert_at_rest()
    assert town.payee(seller).check_reason == "The bank account has been closed."


def test_word_of_it_may_be_lost_and_is_found_by_looking(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    payout_id = paid(town, seller)
    town.till.sandbox.pause_endpoints()
    bounce(town, payout_id)
    town.till.advance(timedelta(days=2))
    town.settle()
    assert town.payout(payout_id).status == "failed"
    town.assert_at_rest()


def test_it_may_come_back_while_the_next_one_is_under_way(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    first = paid(town, seller)
    town.sell(town.hubs[0], seller, 40_000)
    town.till.advance(HOLD)
    town.settle()
    second = town.request(town.hubs[0], seller)
    town.settle()
    assert town.payout(second).status == "paying"
    bounce(town, first)
    town.settle()
    assert [town.payout(one).status for one in (first, second)] == ["failed", "paying"]
    town.arrive()
    town.assert_at_rest()
    third = town.request(town.hubs[0], seller)
    town.settle()
    assert town.payout(third).amount == town.payout(first).amount


def test_a_debt_that_met_a_returned_payout_is_not_asked_for_twice(town: Town) -> None:
    lyon, seller = town.hubs[0], town.person()
    order_id = town.sell(lyon, seller)
    town.till.advance(HOLD)
    town.connect(lyon, seller)
    first = paid(town, seller)
    town.refund(lyon, order_id, 10_000)
    assert summary(town, seller).owed_back == 9_025
    town.sell(lyon, seller)
    town.till.advance(HOLD)
    town.settle()
    second = paid(town, seller)
    assert town.payout(second).amount == 4_513
    bounce(town, first)
    town.settle()
    # Of the first nothing was kept: what the second kept back for it is theirs.
    after = summary(town, seller)
    assert (after.available, after.owed_back, after.paid) == (4_512, 0, 4_513)
    assert -town.balance(lyon, f"account:{seller}", Purpose.OWED) == 4_512


def test_a_kill_at_every_commit_on_the_way_back_changes_nothing(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    payout_id = paid(town, seller)
    bounce(town, payout_id)
    town.till.advance(timedelta(days=2))
    assert crash_along(town) > 10
    assert town.payout(payout_id).status == "failed"
    for hub in town.hubs:
        assert len(town.keys(hub)) == 4
    town.assert_at_rest()


@pytest.mark.parametrize("is_bounced", [False, True])
@pytest.mark.parametrize("payout", list(PayoutStatus))
@pytest.mark.parametrize("part", list(PartStatus))
def test_steps_taken_one_by_one_or_at_once_end_the_same(payout: str, part: str, is_bounced: bool) -> None:
    ahead = policies.steps(payout, part, is_bounced=is_bounced)
    if ahead:
        assert policies.steps(payout, ahead[0], is_bounced=is_bounced) == ahead[1:]
        assert policies.steps(payout, ahead[-1], is_bounced=is_bounced) == ()
