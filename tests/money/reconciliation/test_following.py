"""Connected accounts beside our books, payout by payout: what comes, what goes to the bank, what comes back."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from hubapp.money.payments.sandbox import books as books_of_provider
from hubapp.money.reconciliation import connected, queries
from hubapp.money.reconciliation.connected import Name, Step
from hubapp.money.reconciliation.models import ConnectedTxn, Item
from hubapp.money.reconciliation.policies import Line
from tests.factories.comparing import Auditor
from tests.factories.hubs import NOW

LATER = timedelta(hours=3)


def payout(auditor: Auditor, *, is_bank_working: bool = True) -> tuple[UUID, UUID, str]:
    """(seller, payout, connected account): sales in both hubs, transferred, and on their way to the bank."""
    town = auditor.town
    seller = town.earner(10_000, 20_000, is_bank_working=is_bank_working)
    payout_id = town.request(town.hubs[0], seller)
    town.settle()
    account = town.payee(seller).provider_account_id
    assert account is not None
    return seller, payout_id, account


def lines(auditor: Auditor, account: str) -> list[ConnectedTxn]:
    return list(auditor.read(queries.connected_lines, account))


def differences(auditor: Auditor) -> list[Item]:
    return [item for item in auditor.items() if item.account is not None]


def test_a_payout_that_arrived_leaves_nothing_open(auditor: Auditor) -> None:
    _seller, _payout, account = payout(auditor)
    auditor.town.arrive()
    run = auditor.compare()
    assert (run.open, run.explained, run.followed) == (0, 0, 1)
    assert [(line.type, line.net > 0) for line in lines(auditor, account)] == [("payment", True), ("payout", False)]
    assert sum(line.net for line in lines(auditor, account)) == 0


def test_what_is_on_its_way_to_the_bank_explains_itself_until_it_has_arrived(auditor: Auditor) -> None:
    _seller, payout_id, account = payout(auditor)
    run = auditor.compare()
    (item,) = differences(auditor)
    assert (item.reason, item.status, item.ref) == ("in_transit", "explained", f"payout:{payout_id}")
    assert (run.open, item.account, item.books_amount, item.provider_amount) == (0, account, 0, -27_100)
    auditor.town.arrive()
    assert auditor.compare().explained == 0
    assert differences(auditor) == []


def test_what_the_bank_refuses_goes_and_comes_back_without_a_difference(auditor: Auditor) -> None:
    _seller, _payout, account = payout(auditor, is_bank_working=False)
    auditor.town.arrive()
    assert auditor.compare().open == 0
    assert [line.type for line in lines(auditor, account)] == ["payment", "payout", "payout_failure", "payment_refund"]
    assert differences(auditor) == []


def test_what_the_bank_sends_back_after_it_was_paid_is_followed_too(auditor: Auditor) -> None:
    town = auditor.town
    _seller, payout_id, account = payout(auditor)
    town.arrive()
    found = town.payout(payout_id)
    assert found.provider_id is not None
    town.till.sandbox.bounce_payout(account, found.provider_id)
    auditor.compare()
    town.settle()
    town.settle()
    assert auditor.compare().open == 0
    assert differences(auditor) == []
    assert sum(line.net for line in lines(auditor, account)) == 0


@pytest.mark.parametrize("operation", ["transfer.create", "payout.create", "transfer.reverse"])
def test_an_answer_that_was_lost_changes_nothing(auditor: Auditor, operation: str) -> None:
    town = auditor.town
    town.till.sandbox.fail_next("timeout", operation=operation)
    payout(auditor, is_bank_working=operation != "transfer.reverse")
    auditor.compare()
    assert {item.status for item in differences(auditor)} <= {"explained"}
    for _ in range(3):  # it is asked for again, and the bank takes its days
        town.till.make_commands_due()
        town.arrive()
    assert auditor.compare().open == 0
    assert auditor.seen() == []


def test_what_nobody_here_asked_for_is_open_and_never_ours_to_suspend(auditor: Auditor) -> None:
    town = auditor.town
    _seller, _payout, account = payout(auditor)
    town.arrive()
    with town.till.sandbox.transaction() as tx:
        books_of_provider.record(tx, account=account, kind="adjustment", source="adj_1", amount=700, currency="eur")
    auditor.compare()
    (item,) = differences(auditor)
    assert (item.reason, item.status, item.gap, item.suspense_amount) == ("others_money", "open", 700, 0)
    assert set(auditor.suspense().values()) == {0}
    auditor.explain(item.id, "They sold something elsewhere.")
    assert auditor.compare().open == 0


def test_a_books_entry_that_is_missing_is_found_with_its_payout(auditor: Auditor) -> None:
    town = auditor.town
    _seller, payout_id, _account = payout(auditor)
    town.arrive()
    entry = "SELECT id FROM ledger_entry WHERE hub_id = %s AND kind = 'payout_paid'"
    auditor.tamper(f"DELETE FROM ledger_posting WHERE entry_id IN ({entry})", town.hubs[0])
    auditor.tamper("DELETE FROM ledger_entry WHERE hub_id = %s AND kind = 'payout_paid'", town.hubs[0])
    town.till.advance(LATER)
    run = auditor.compare()
    (item,) = differences(auditor)
    assert (item.kind, item.reason, item.status) == ("amount_differs", "other_amount", "open")
    assert (item.ref, item.hub_id) == (f"payout:{payout_id}", town.hubs[1])
    assert item.provider_amount == -27_100 < item.books_amount < 0
    assert run.open >= 1


def test_a_line_that_the_provider_says_otherwise_is_marked(auditor: Auditor) -> None:
    _seller, _payout, account = payout(auditor)
    auditor.town.arrive()
    auditor.compare()
    auditor.tamper_provider(
        "UPDATE balance_line SET amount = amount + 5 WHERE type = 'payout' AND account = %s", account
    )
    auditor.town.till.advance(LATER)
    auditor.compare()
    assert [line.altered_at is not None for line in lines(auditor, account)] == [False, True]
    assert {item.status for item in differences(auditor)} == {"open"}


def test_an_account_with_nothing_new_is_not_asked_for_again(auditor: Auditor) -> None:
    payout(auditor)
    auditor.town.arrive()
    assert auditor.compare().followed == 1
    auditor.town.till.advance(timedelta(days=40))
    assert auditor.compare().followed == 0


def line(kind: str, net: int, at: datetime = NOW, source: str = "po_1") -> Line:
    return Line(f"txn_{kind}", kind, source, "EUR", net, 0, net, at, at)


def test_what_stays_under_way_for_too_long_is_open() -> None:
    step = Step("payout:1", Name.PAID, "EUR", [line("payout", -500)])
    young = connected.finding(step, account="acct_1", now=NOW + connected.TRANSIT)
    old = connected.finding(step, account="acct_1", now=NOW + connected.TRANSIT + timedelta(days=1))
    assert young is not None
    assert old is not None
    assert (young.reason, young.is_explained) == ("in_transit", True)
    assert (old.reason, old.is_explained) == ("never_booked", False)


def test_what_is_booked_and_never_came_is_open_after_a_while() -> None:
    step = Step("payout:1", Name.ARRIVED, "EUR", [], 500, NOW, {1, 2})
    found = connected.finding(step, account="acct_1", now=NOW + timedelta(days=2))
    assert found is not None
    assert (found.kind, found.reason, found.is_explained) == ("missing_at_provider", "no_line", False)
