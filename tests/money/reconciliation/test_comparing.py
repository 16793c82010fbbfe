"""The provider's books against ours: agreement, every kind of difference, suspense in and out again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hubapp.kernel import clock
from hubapp.money.payments.sandbox import books as books_of_provider
from hubapp.money.payments.sandbox.store import PLATFORM
from hubapp.money.reconciliation.errors import AlreadyResolved, NoteMissing
from tests.factories.comparing import Auditor
from tests.factories.jobs import run_all
from tests.factories.payments import Till

LATER = timedelta(hours=3)
REFUND_FAILS = "4000000000005126"


def paid_out(auditor: Auditor) -> None:
    """Sales in both hubs, transferred and paid out."""
    town = auditor.town
    seller = town.earner(10_000, 20_000)
    town.request(town.hubs[0], seller)
    town.settle()
    town.arrive()


def test_books_that_agree_leave_nothing_open(auditor: Auditor) -> None:
    paid_out(auditor)
    run = auditor.compare()
    assert (run.open, run.explained, auditor.seen()) == (0, 0, [])
    assert sorted(line.type for line in auditor.lines()) == ["charge", "charge", "transfer"]
    assert run.entries >= 6
    (total,) = run.totals
    assert (total["provider"], total["named"]) == (total["books"], 0)


def test_the_mirror_takes_each_line_once(auditor: Auditor) -> None:
    auditor.town.sell(auditor.town.hubs[0], auditor.town.person())
    auditor.compare()
    auditor.compare()
    assert len(auditor.lines()) == 1


def test_a_returned_transfer_is_matched(auditor: Auditor) -> None:
    town = auditor.town
    seller = town.earner(10_000, 20_000, is_bank_working=False)
    town.request(town.hubs[0], seller)
    town.settle()
    town.arrive()
    assert auditor.compare().open == 0
    assert {line.type for line in auditor.lines()} == {"charge", "transfer", "transfer_refund"}


def test_a_charge_that_nobody_has_seen_yet_explains_itself_for_a_while(auditor: Auditor) -> None:
    town = auditor.town
    payment_id = town.till.ask(town.hubs[0])
    town.till.pay(town.hubs[0], payment_id)
    auditor.tamper_provider("DELETE FROM delivery")  # no event will ever tell
    assert auditor.compare().open == 0
    assert auditor.seen() == [("missing_in_books", "not_observed", "explained")]
    assert auditor.suspense() == dict.fromkeys(town.hubs, 0)
    town.till.advance(LATER)
    assert auditor.compare().open == 1
    assert auditor.seen() == [("missing_in_books", "unknown_source", "open")]


def test_unmatched_money_goes_to_suspense_and_comes_out_again(auditor: Auditor) -> None:
    """Paid, seen, and the job that books it is lost; then it runs after all."""
    town = auditor.town
    town.sell(town.hubs[1], town.person())
    town.till.advance(LATER)
    auditor.compare()
    kept = auditor.tamper("UPDATE ledger_entry SET ref = 'lost', idempotency_key = 'lost' WHERE kind = 'sale'")
    assert kept == 1
    run = auditor.compare()
    assert run.open == 2
    assert [kind for kind, *_ in auditor.seen()] == ["missing_at_provider", "missing_in_books"]
    assert auditor.suspense() == dict.fromkeys(town.hubs, 0)  # one takes what the other gives
    amounts = sorted(item.suspense_amount for item in auditor.items())
    assert amounts[0] == -amounts[1] != 0
    order = auditor.items()[0].ref or auditor.items()[1].ref
    assert order is not None
    ref = next(item.ref for item in auditor.items() if item.kind == "missing_in_books")
    auditor.tamper("UPDATE ledger_entry SET ref = %s, idempotency_key = %s WHERE ref = 'lost'", ref, f"{ref}:settled")
    assert auditor.compare().open == 0
    assert {item.suspense_amount for item in auditor.items("resolved")} == {0}


def test_a_deleted_entry_is_found_and_held_in_suspense(auditor: Auditor) -> None:
    town = auditor.town
    town.sell(town.hubs[0], town.person())
    town.till.advance(LATER)
    assert auditor.compare().open == 0
    auditor.tamper("DELETE FROM ledger_posting WHERE entry_id IN (SELECT id FROM ledger_entry WHERE kind = 'sale')")
    auditor.tamper("DELETE FROM ledger_entry WHERE kind = 'sale'")
    run = auditor.compare()
    assert auditor.seen() == [("missing_in_books", "never_booked", "open")]
    (item,) = auditor.items()
    assert (item.hub_id, item.gap) == (town.hubs[0], item.suspense_amount)
    assert auditor.suspense()[town.hubs[0]] == -item.gap < 0
    assert run.totals[0]["provider"] - run.totals[0]["books"] == item.gap
    again = auditor.compare()
    assert (again.open, again.totals[0]["provider"]) == (1, again.totals[0]["books"])


def test_an_entry_without_a_line_is_found(auditor: Auditor) -> None:
    town = auditor.town
    paid_out(auditor)
    assert auditor.compare().open == 0
    auditor.tamper_provider("DELETE FROM balance_line WHERE type = 'transfer' AND account = %s", PLATFORM)
    auditor.tamper(
        "DELETE FROM reconciliation_match WHERE txn_id IN (SELECT id FROM gateway_balance_txn WHERE type = 'transfer')"
    )
    auditor.tamper("DELETE FROM gateway_balance_txn WHERE type = 'transfer'")
    town.till.advance(LATER)
    auditor.compare()
    assert [item.kind for item in auditor.items()].count("missing_at_provider") == 2
    assert {item.reason for item in auditor.items() if item.entry_key} == {"no_line"}
    assert {item.hub_id for item in auditor.items() if item.entry_key} == set(town.hubs)


def test_another_fee_is_found(auditor: Auditor) -> None:
    town = auditor.town
    town.sell(town.hubs[0], town.person())
    assert auditor.compare().open == 0
    auditor.tamper_provider("UPDATE balance_line SET fee = fee + 7")
    auditor.compare()
    assert auditor.seen() == [("fee_differs", "other_fee", "open")]
    (item,) = auditor.items()
    assert item.gap == -7
    assert auditor.suspense()[town.hubs[0]] == 7
    assert all(line.altered_at for line in auditor.lines())
    auditor.tamper_provider("UPDATE balance_line SET fee = fee - 7")
    assert auditor.compare().open == 0
    assert auditor.suspense()[town.hubs[0]] == 0


def test_another_amount_is_found(auditor: Auditor) -> None:
    town = auditor.town
    paid_out(auditor)
    auditor.compare()
    auditor.tamper_provider(
        "UPDATE balance_line SET amount = amount - 100 WHERE type = 'transfer' AND account = %s", PLATFORM
    )
    town.till.advance(LATER)
    auditor.compare()
    kinds = {item.kind: item.gap for item in auditor.items()}
    assert kinds["amount_differs"] == -100


def test_a_tampered_row_shows_in_the_sum(auditor: Auditor) -> None:
    """Two postings changed alike: every line has its entry, and the entry's part at the provider is not what it was."""
    town = auditor.town
    town.sell(town.hubs[0], town.person())
    auditor.compare()
    auditor.tamper(
        "INSERT INTO ledger_posting (hub_id, id, entry_id, seq, legs, position, account_id, currency, amount, tag)"
        " SELECT hub_id, uuidv7(), uuidv7(), 900, 2, 0, account_id, currency, 55, '' FROM ledger_posting"
        " WHERE tag = 'charge'"
    )
    run = auditor.compare()
    assert auditor.seen() == [("total_differs", "unaccounted", "open")]
    assert (run.open, auditor.items()[0].gap) == (1, -55)
    assert auditor.suspense() == dict.fromkeys(town.hubs, 0)


def test_money_that_was_not_made_usable_is_found(auditor: Auditor) -> None:
    town = auditor.town
    town.sell(town.hubs[0], town.person())
    town.till.sandbox.advance(timedelta(days=2, minutes=10))
    town.till.advance(timedelta(0))
    auditor.compare()
    assert auditor.seen() == [("not_released", "not_booked_yet", "explained")]
    town.settle()
    auditor.compare()
    assert auditor.seen() == []


def test_a_platform_payout_waits_for_somebody_who_explains_it(auditor: Auditor) -> None:
    town = auditor.town
    town.sell(town.hubs[0], town.person())
    town.till.advance(timedelta(days=3))
    town.settle()
    town.drain_platform()
    assert auditor.compare().open == 1
    assert auditor.seen() == [("missing_in_books", "platform_payout", "open")]
    (item,) = auditor.items()
    held = item.suspense_amount
    with pytest.raises(NoteMissing):
        auditor.explain(item.id, " ")
    auditor.explain(item.id, "To our bank, statement 4")
    assert auditor.compare().open == 0
    (item,) = auditor.items()
    assert (item.status, item.note, item.suspense_amount) == ("explained", "To our bank, statement 4", held)
    town.assert_at_rest()


def test_an_explanation_holds_for_the_amount_it_was_given_for(auditor: Auditor) -> None:
    town = auditor.town
    town.sell(town.hubs[0], town.person())
    town.till.advance(timedelta(days=3))
    town.settle()
    town.drain_platform()
    auditor.compare()
    auditor.explain(auditor.items()[0].id, "To our bank")
    auditor.tamper_provider("UPDATE balance_line SET amount = amount - 1 WHERE type = 'payout'")
    assert auditor.compare().open == 1
    assert auditor.items()[0].explained_by is None


def test_kinds_that_nobody_knows_stay_open_with_that_reason(auditor: Auditor) -> None:
    with auditor.town.till.sandbox.transaction() as tx:
        books_of_provider.record(
            tx, account=PLATFORM, kind="adjustment", source="dp_sbx1", amount=-2_000, currency="eur", fee=1_500
        )
    auditor.compare()
    assert auditor.seen() == [("missing_in_books", "unknown_kind", "open")]
    assert auditor.suspense() == {auditor.town.hubs[0]: 3_500, auditor.town.hubs[1]: 0}


def test_what_is_resolved_needs_no_words(auditor: Auditor) -> None:
    town = auditor.town
    payment_id = town.till.ask(town.hubs[0])
    town.till.pay(town.hubs[0], payment_id)
    auditor.compare()
    (item,) = auditor.items()
    auditor.tamper_provider("DELETE FROM balance_line")
    auditor.tamper("DELETE FROM gateway_balance_txn")
    auditor.compare()
    with pytest.raises(AlreadyResolved):
        auditor.explain(item.id, "Gone")


def test_a_refund_is_matched_and_one_that_nobody_booked_is_not(auditor: Auditor) -> None:
    town, till = auditor.town, auditor.town.till
    payment_id = till.sell(town.hubs[0])
    till.refund(town.hubs[0], payment_id, 500)
    run_all(till.app)
    auditor.compare()
    assert ("missing_in_books", "not_booked_yet", "explained") in auditor.seen()
    assert {line.type for line in auditor.lines()} == {"charge", "refund"}
    till.advance(LATER)
    auditor.compare()
    assert {reason for _, reason, _ in auditor.seen()} == {"never_booked"}


def test_an_event_that_was_lost_is_taken_from_the_provider(auditor: Auditor) -> None:
    till: Till = auditor.town.till
    payment_id = till.ask(auditor.town.hubs[0])
    till.pay(auditor.town.hubs[0], payment_id)
    assert auditor.tamper_provider("UPDATE delivery SET state = 'dropped'") > 0
    run = auditor.compare()
    assert run.undelivered > 0
    assert till.payment(auditor.town.hubs[0], payment_id).status == "succeeded"
    assert auditor.compare().undelivered == 0


def test_a_transfer_whose_answer_was_lost_explains_itself_until_it_is_asked_again(auditor: Auditor) -> None:
    town = auditor.town
    seller = town.earner(10_000, 20_000)
    town.till.sandbox.fail_next("timeout", operation="transfer.create", times=9)
    town.request(town.hubs[0], seller)
    town.settle()
    auditor.compare()
    # On our balance, and on the payee's.
    assert auditor.seen() == [("missing_in_books", "unanswered", "explained")] * 2
    town.till.advance(timedelta(hours=21))
    town.till.make_commands_due()
    town.settle()
    assert auditor.compare().open == 0
    assert auditor.seen() == [("missing_in_books", "in_transit", "explained")]
    town.arrive()
    auditor.compare()
    assert auditor.seen() == []


def test_only_what_is_young_is_looked_at_again_unless_a_date_says_so(auditor: Auditor) -> None:
    town = auditor.town
    town.sell(town.hubs[0], town.person())
    town.till.advance(timedelta(days=40))
    town.settle()
    auditor.compare()
    assert auditor.compare().lines == 0
    assert auditor.compare(since=clock.now() - timedelta(days=60)).lines == 1
