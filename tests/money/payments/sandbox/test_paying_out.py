"""Accounts, transfers and payouts: from our balance to somebody's bank."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hubapp.money.payments.gateway import Ok, Outcome, PayoutState, Rejected, TransferState
from hubapp.money.payments.sandbox.operations.accounts import Onboarding
from tests.factories.sandbox import AT_ONCE, Shop


def transfer(shop: Shop, destination: str, amount: int, group: str = "run:1") -> Outcome[TransferState]:
    return shop.gateway.create_transfer(
        key=shop.key(), amount=amount, currency="eur", destination=destination, metadata={}, transfer_group=group
    )


def payout(shop: Shop, account_id: str, amount: int, currency: str = "eur") -> Outcome[PayoutState]:
    return shop.gateway.create_payout(
        key=shop.key(), account_id=account_id, amount=amount, currency=currency, metadata={"payout": "1"}
    )


def test_a_new_account_says_what_is_missing(shop: Shop) -> None:
    account = shop.gateway.retrieve_payee(shop.new_payee())
    assert not account.payouts_enabled
    assert not account.transfers_enabled
    assert "external_account" in account.requirements


def test_the_form_makes_an_account_payable(shop: Shop) -> None:
    account = shop.gateway.retrieve_payee(shop.payee())
    assert account.payouts_enabled
    assert account.transfers_enabled
    assert account.requirements == ()
    assert account.bank_last4 == "5678"


def test_a_link_works_once(shop: Shop) -> None:
    account_id = shop.new_payee()
    link_id = shop.link(account_id)
    first = shop.sandbox.onboard(account_id, link_id, Onboarding("individual", "Bo", "FR111111", is_bank_working=True))
    again = shop.sandbox.onboard(account_id, link_id, Onboarding("individual", "Eve", "FR999999", is_bank_working=True))
    assert first is not None
    assert first.is_open
    assert again is not None
    assert not again.is_open
    assert shop.gateway.retrieve_payee(account_id).bank_last4 == "1111"


def test_a_link_opens_its_own_account_only_and_not_for_ever(shop: Shop) -> None:
    account_id, other = shop.new_payee(), shop.new_payee()
    link_id = shop.link(account_id)
    assert shop.sandbox.onboarding(other, link_id) is None
    shop.sandbox.advance(timedelta(hours=2))
    late = shop.sandbox.onboarding(account_id, link_id)
    assert late is not None
    assert not late.is_open


def test_another_bank_account_has_another_fingerprint(shop: Shop) -> None:
    account_id = shop.payee()
    before = shop.gateway.retrieve_payee(account_id).bank_fingerprint
    form = Onboarding("company", "Bo", "DE0099887766", is_bank_working=True)
    shop.sandbox.onboard(account_id, shop.link(account_id), form)
    assert shop.gateway.retrieve_payee(account_id).bank_fingerprint != before


def test_an_account_is_found_by_its_metadata(shop: Shop) -> None:
    before, account_id = shop.sandbox.now(), shop.new_payee()
    found = shop.gateway.find_payee(metadata={"account": "bo"}, created_after=before)
    assert found is not None
    assert found.id == account_id
    assert shop.gateway.find_payee(metadata={"account": "cy"}, created_after=before) is None


def test_pending_money_cannot_be_transferred(shop: Shop) -> None:
    shop.charge(5000)
    outcome = transfer(shop, shop.payee(), 100)
    assert isinstance(outcome, Rejected)
    assert outcome.code == "balance_insufficient"


def test_a_transfer_moves_money_to_the_payee(shop: Shop) -> None:
    account_id = shop.paid_payee(1000)
    assert shop.gateway.payee_balance(account_id).available == {"eur": 1000}
    assert shop.gateway.platform_balance().available == {"eur": 3000 - 70 - 1000}


def test_an_account_without_its_form_gets_no_transfer(shop: Shop) -> None:
    shop.charge(5000, number=AT_ONCE)
    outcome = transfer(shop, shop.new_payee(), 100)
    assert isinstance(outcome, Rejected)
    assert outcome.code == "insufficient_capabilities_for_transfer"


def test_a_stopped_account_gets_no_payout(shop: Shop) -> None:
    account_id = shop.paid_payee(1000)
    shop.sandbox.disable_account(account_id)
    assert not shop.gateway.retrieve_payee(account_id).payouts_enabled
    outcome = payout(shop, account_id, 500)
    assert isinstance(outcome, Rejected)
    assert outcome.code == "payouts_not_allowed"


def test_a_group_lists_its_transfers_only(shop: Shop) -> None:
    shop.charge(9000, number=AT_ONCE)
    account_id = shop.payee()
    for group in ("run:1", "run:2", "run:1"):
        assert isinstance(transfer(shop, account_id, 100, group), Ok)
    assert len(shop.gateway.find_transfers(transfer_group="run:1")) == 2


def test_a_reversal_takes_back_at_most_the_transfer(shop: Shop) -> None:
    shop.charge(9000, number=AT_ONCE)
    account_id = shop.payee()
    moved = transfer(shop, account_id, 1000)
    transfer(shop, account_id, 1000)
    assert isinstance(moved, Ok)
    transfer_id = moved.value.id
    assert isinstance(shop.gateway.reverse_transfer(key="r1", transfer_id=transfer_id, amount=400, metadata={}), Ok)
    assert isinstance(
        shop.gateway.reverse_transfer(key="r2", transfer_id=transfer_id, amount=601, metadata={}), Rejected
    )
    assert shop.gateway.retrieve_transfer(transfer_id).reversed_amount == 400
    assert shop.gateway.payee_balance(account_id).available == {"eur": 1600}


def test_money_that_has_left_cannot_be_taken_back(shop: Shop) -> None:
    account_id = shop.paid_payee(1000)
    payout(shop, account_id, 900)
    moved = shop.gateway.find_transfers(transfer_group="run:1")[0]
    outcome = shop.gateway.reverse_transfer(key="r", transfer_id=moved.id, amount=200, metadata={})
    assert isinstance(outcome, Rejected)
    assert outcome.code == "balance_insufficient"


def test_a_payout_goes_its_way_with_the_clock(shop: Shop) -> None:
    account_id = shop.paid_payee(1000)
    made = payout(shop, account_id, 800)
    assert isinstance(made, Ok)
    seen = []
    for _ in range(3):
        seen.append(shop.gateway.retrieve_payout(account_id=account_id, payout_id=made.value.id).status)
        shop.sandbox.advance(timedelta(days=1))
    assert seen == ["pending", "in_transit", "paid"]
    assert shop.gateway.payee_balance(account_id).available == {"eur": 200}


def test_one_jump_of_the_clock_passes_every_station(shop: Shop) -> None:
    account_id = shop.paid_payee(1000)
    payout(shop, account_id, 800)
    shop.sandbox.advance(timedelta(days=20))
    found = shop.gateway.find_payouts(account_id=account_id, created_after=shop.sandbox.now() - timedelta(days=30))
    assert [state.status for state in found] == ["paid"]


def test_a_payout_that_fails_gives_the_money_back(shop: Shop) -> None:
    account_id = shop.paid_payee(1000, is_bank_working=False)
    made = payout(shop, account_id, 800)
    assert isinstance(made, Ok)
    assert shop.gateway.payee_balance(account_id).available == {"eur": 200}
    shop.sandbox.advance(timedelta(days=3))
    failed = shop.gateway.retrieve_payout(account_id=account_id, payout_id=made.value.id)
    assert (failed.status, failed.failure_code) == ("failed", "account_closed")
    assert shop.gateway.payee_balance(account_id).available == {"eur": 1000}


@pytest.mark.parametrize(("amount", "currency"), [(1001, "eur"), (0, "eur"), (-5, "eur"), (100, "usd")])
def test_more_than_there_is_cannot_be_paid_out(shop: Shop, amount: int, currency: str) -> None:
    account_id = shop.paid_payee(1000)
    assert isinstance(payout(shop, account_id, amount, currency), Rejected)
    assert shop.gateway.payee_balance(account_id).available == {"eur": 1000}


def test_the_books_of_the_provider_add_up_to_its_balance(shop: Shop) -> None:
    before = shop.sandbox.now()
    account_id = shop.paid_payee(1000)
    payout(shop, account_id, 300)
    shop.gateway.create_refund(key="r", charge_id=shop.charge(2000), amount=500, metadata={})
    shop.sandbox.advance(timedelta(days=5))
    for account, balance in (
        (None, shop.gateway.platform_balance()),
        (account_id, shop.gateway.payee_balance(account_id)),
    ):
        lines = list(shop.gateway.balance_transactions(created_after=before, account_id=account))
        assert sum(line.net for line in lines) == balance.available["eur"]
        assert all(line.amount - line.fee == line.net for line in lines)


def test_lists_go_on_page_after_page(shop: Shop) -> None:
    shop.charge(50_000, number=AT_ONCE)
    account_id = shop.payee()
    for _ in range(105):
        transfer(shop, account_id, 10)
    found = shop.gateway.find_transfers(transfer_group="run:1")
    assert len({state.id for state in found}) == 105
    assert [state.id for state in found] == sorted((state.id for state in found), reverse=True)


def test_the_clock_never_runs_backwards(shop: Shop) -> None:
    with pytest.raises(ValueError, match="forward"):
        shop.sandbox.advance(timedelta(days=-1))
