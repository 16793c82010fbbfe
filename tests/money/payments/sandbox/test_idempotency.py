"""One key, one effect: replays, other parameters, stored faults, two at once, lost lines."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from psycopg import Connection

from hubapp.money.payments.gateway import (
    GatewayUnavailable,
    NoSuchObject,
    Ok,
    Outcome,
    Rejected,
    TransferState,
    Unknown,
)
from hubapp.money.payments.sandbox import books
from hubapp.money.payments.sandbox.store import PLATFORM, Row
from tests.factories.sandbox import AT_ONCE, Shop


def transfer(shop: Shop, destination: str, *, key: str, amount: int = 500) -> Outcome[TransferState]:
    return shop.gateway.create_transfer(
        key=key, amount=amount, currency="eur", destination=destination, metadata={}, transfer_group="run:1"
    )


def held_keys(connection: Connection[Row]) -> int:
    query = (
        "SELECT count(*) AS number FROM pg_locks JOIN pg_database ON pg_database.oid = database"
        " WHERE locktype = 'advisory' AND granted AND datname = current_database()"
    )
    row = connection.execute(query).fetchone()
    return row["number"] if row else 0


def waiting(connection: Connection[Row]) -> int:
    query = (
        "SELECT count(*) AS number FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    )
    row = connection.execute(query).fetchone()
    return row["number"] if row else 0


@pytest.fixture
def payee(shop: Shop) -> str:
    shop.charge(5000, number=AT_ONCE)
    return shop.payee()


def sent(shop: Shop) -> int:
    return len(shop.gateway.find_transfers(transfer_group="run:1"))


def test_the_same_key_gives_the_same_answer_and_one_effect(shop: Shop, payee: str) -> None:
    assert transfer(shop, payee, key="t") == transfer(shop, payee, key="t")
    assert sent(shop) == 1


def test_the_same_key_with_other_parameters_never_licenses_a_new_key(shop: Shop, payee: str) -> None:
    transfer(shop, payee, key="t", amount=500)
    assert isinstance(transfer(shop, payee, key="t", amount=600), Unknown)
    assert sent(shop) == 1


def test_a_stored_fault_is_replayed_although_nothing_was_done(shop: Shop, payee: str) -> None:
    shop.sandbox.fail_next("error", operation="transfer.create")
    first, second = transfer(shop, payee, key="t"), transfer(shop, payee, key="t")
    assert isinstance(first, Unknown)
    assert first == second
    assert sent(shop) == 0


def test_a_fault_after_the_effect_can_be_looked_up(shop: Shop, payee: str) -> None:
    shop.sandbox.fail_next("error_after", operation="transfer.create")
    assert isinstance(transfer(shop, payee, key="t"), Unknown)
    assert isinstance(transfer(shop, payee, key="t"), Unknown)
    assert sent(shop) == 1


def test_a_lost_answer_is_given_again(shop: Shop, payee: str) -> None:
    shop.sandbox.fail_next("timeout", operation="transfer.create")
    assert isinstance(transfer(shop, payee, key="t"), Unknown)
    assert isinstance(transfer(shop, payee, key="t"), Ok)
    assert sent(shop) == 1


@pytest.mark.parametrize("kind", ["timeout_before", "rate_limit"])
def test_a_request_that_never_arrived_can_be_sent_again(shop: Shop, payee: str, kind: str) -> None:
    shop.sandbox.fail_next(kind, operation="transfer.create")  # type: ignore[arg-type]
    assert isinstance(transfer(shop, payee, key="t"), Unknown)
    assert sent(shop) == 0
    assert isinstance(transfer(shop, payee, key="t"), Ok)


def test_a_planted_fault_hits_its_operation_only(shop: Shop, payee: str) -> None:
    shop.sandbox.fail_next("error", operation="refund.create")
    assert isinstance(transfer(shop, payee, key="t"), Ok)


def test_an_unknown_fault_is_refused(shop: Shop) -> None:
    with pytest.raises(ValueError, match="no fault"):
        shop.sandbox.fail_next("gremlin")  # type: ignore[arg-type]


def test_a_refusal_that_had_begun_is_kept_under_its_key(shop: Shop, payee: str) -> None:
    refused = transfer(shop, payee, key="t", amount=50_000)
    assert isinstance(refused, Rejected)
    assert refused.code == "balance_insufficient"
    shop.charge(99_000, number=AT_ONCE)
    assert transfer(shop, payee, key="t", amount=50_000) == refused
    assert isinstance(transfer(shop, payee, key="t2", amount=50_000), Ok)


def test_a_malformed_request_uses_no_key_up(shop: Shop) -> None:
    assert isinstance(shop.open(10, key="c"), Rejected)
    assert isinstance(shop.open(2000, key="c"), Ok)


def test_a_key_is_forgotten_after_a_day_so_never_sent_again_by_then(shop: Shop, payee: str) -> None:
    transfer(shop, payee, key="t")
    shop.sandbox.advance(timedelta(hours=25))
    transfer(shop, payee, key="t")
    assert sent(shop) == 2


def test_a_key_in_use_is_answered_at_once_and_not_executed(shop: Shop, payee: str) -> None:
    with shop.sandbox.transaction() as tx, ThreadPoolExecutor() as pool:
        # A first request that holds its key and waits for a lock that we have.
        tx.connection.execute("SELECT FROM resource WHERE id = %s FOR UPDATE", (payee,))
        first = pool.submit(transfer, shop, payee, key="t")
        while not held_keys(tx.connection):
            time.sleep(0.01)
        second = transfer(shop, payee, key="t")
        tx.connection.commit()
        assert isinstance(second, Unknown)
        assert isinstance(first.result(), Ok)
    assert sent(shop) == 1


def test_fifty_at_once_under_one_key_have_one_effect(shop: Shop, payee: str) -> None:
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda _: transfer(shop, payee, key="t"), range(50)))
    assert set(map(type, outcomes)) <= {Ok, Unknown}
    assert sent(shop) == 1


def test_two_spenders_cannot_spend_the_same_money(shop: Shop) -> None:
    shop.charge(1100, number=AT_ONCE)
    payees = [shop.payee() for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(lambda payee: transfer(shop, payee, key=f"t{payee}", amount=700), payees))
    assert [type(outcome) for outcome in outcomes].count(Ok) == 1
    assert shop.gateway.platform_balance().available["eur"] == 1100 - 42 - 700


def test_a_second_spender_waits_and_then_sees_what_the_first_one_took(shop: Shop, payee: str) -> None:
    transfer(shop, payee, key="first", amount=100)
    everything = shop.gateway.platform_balance().available["eur"]
    with ThreadPoolExecutor() as pool, shop.sandbox.transaction() as tx:
        books.require(tx, account=PLATFORM, currency="eur", amount=everything)
        books.record(tx, account=PLATFORM, kind="transfer", source="tr_sbx1", amount=-everything, currency="eur")
        second = pool.submit(transfer, shop, payee, key="second", amount=everything)
        while not waiting(tx.connection):
            time.sleep(0.01)
        tx.connection.commit()
        assert isinstance(second.result(), Rejected)
    assert shop.gateway.platform_balance().available == {}


def test_a_broken_line_makes_a_read_unavailable(shop: Shop) -> None:
    shop.sandbox.fail_next("timeout", operation="balance.retrieve")
    with pytest.raises(GatewayUnavailable):
        shop.gateway.platform_balance()


def test_a_database_that_is_away_is_unavailable_not_a_crash(shop: Shop) -> None:
    with shop.sandbox.transaction() as tx:
        name = tx.connection.info.dbname
    admin = tx.connection.info.dsn
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            (name,),
        )
    with pytest.raises(GatewayUnavailable):
        shop.gateway.platform_balance()


def test_an_unknown_id_is_no_such_object(shop: Shop) -> None:
    with pytest.raises(NoSuchObject):
        shop.gateway.retrieve_charge("ch_sbx0")
