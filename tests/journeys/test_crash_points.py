"""The process ends, for real, at every named point of a story about money: the books are as if nothing happened."""

from __future__ import annotations

import os
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from hubapp.kernel import crash
from tests.conftest import Live
from tests.factories.sandbox import PAYS, attempt
from tests.journeys.money_machine.line import Line
from tests.journeys.money_machine.machine import Machine, running_in
from tests.journeys.money_machine.rules.payouts import BANKS
from tests.journeys.money_machine.truths import TRUTHS

HOLD, BANK_DAYS = timedelta(days=20), timedelta(days=4)
KILLED = 137
MOST_DEATHS = 500
KINDS = {"sale", "cross_hub_earned", "charge_available", "refund", "payout_transfer", "payout_paid", "payout_returned"}
BOOKED = """
SELECT e.hub_id, e.kind, e.seq, a.owner, a.purpose, p.amount FROM ledger_entry e
JOIN ledger_posting p ON p.hub_id = e.hub_id AND p.entry_id = e.id
JOIN ledger_account a ON a.hub_id = p.hub_id AND a.id = p.account_id
"""


def fresh() -> Machine:
    machine = Machine()
    machine.world.restore()
    machine.line = Line(machine.till)
    return machine


def story(machine: Machine) -> None:
    """Two sales, one called off, two people paid, one of them at a bank that refuses; told again, it goes on."""
    ann, bea = machine.world.sellers[:2]
    for where, who in zip(machine.world.places[:2], machine.world.buyers, strict=True):
        if not machine.world.rows("SELECT 1 FROM checkout WHERE buyer_account_id = %s", who):
            machine.place(where, who, tuple((thing, 1) for thing in where.things), is_shipped=True)
    machine.settle()
    for session in machine.world.theirs("SELECT id FROM resource WHERE kind = 'checkout.session' ORDER BY seq"):
        machine.till.sandbox.pay(session["id"], attempt(PAYS))
    machine.settle()
    for order in machine.world.rows(
        "SELECT hub_id, id FROM orders WHERE status = 'paid' AND seller_account_id IS NULL"
    ):
        machine.cancel(order)
    wait(machine, until=HOLD)
    number = [person for person, _ in sorted(machine.world.payees.items())].index(bea)
    machine.fill_in_the_account_again(number, BANKS[0], is_working=False)
    machine.settle()
    for person in (ann, bea):
        ask(machine, person)
    wait(machine, until=HOLD + BANK_DAYS)


def wait(machine: Machine, *, until: timedelta) -> None:
    missing = until - machine.till.sandbox.offset()
    if missing > timedelta(0):
        machine.till.advance(missing)
    machine.settle()


def ask(machine: Machine, person: UUID) -> None:
    hub_id = machine.world.payees[person]
    if not machine.world.rows("SELECT 1 FROM payout WHERE account_id = %s", person):
        machine.town(hub_id).request(hub_id, person)
    machine.settle()


def books(machine: Machine) -> Counter[Any]:
    """Every entry by hub, kind and what it says, whatever its ids and times."""
    entries: dict[Any, list[Any]] = {}
    for row in machine.world.rows(BOOKED):
        entries.setdefault((row["hub_id"], row["seq"], row["kind"]), []).append(
            (row["owner"], row["purpose"], row["amount"])
        )
    return Counter((hub_id, kind, tuple(sorted(legs))) for (hub_id, _, kind), legs in entries.items())


def let_minutes_pass(machine: Machine) -> None:
    """What waits for its next try after a death is due now."""
    machine.world.theirs("UPDATE delivery SET next_at = created FROM event WHERE id = event_id AND state = 'pending'")
    for table in ("payment", "refund", "payout"):
        machine.world.rows(f"UPDATE {table} SET checked_at = NULL")


def die_once_at(known: set[str], machine: Machine, pipe: int) -> Callable[[str], None]:
    """End the process at the first point where no process has ended yet while doing the same."""

    def trap(name: str) -> None:
        here = f"{name} {machine.doing}"
        if here not in known:
            os.write(pipe, here.encode())
            os._exit(KILLED)

    return trap


def tell_in_a_process(machine: Machine, known: set[str]) -> str | None:
    """Tell the story in a child, which shares no connection with us; answers where it died, None if it did not."""
    machine.world.let_go()
    machine.world.reopen()
    machine.world.follow()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with crash.trapped(die_once_at(known, machine, writing)):
                story(machine)
            os._exit(0)
        except BaseException:  # noqa: BLE001  a child says what went wrong and is gone
            traceback.print_exc()
            os._exit(1)
    os.close(writing)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with os.fdopen(reading) as told:
        where = told.read()
    assert status in {0, KILLED}, f"the story failed after the death at {where or known}"
    return where or None


def test_a_death_at_every_point_leaves_the_same_books(live: Live) -> None:
    with running_in(live):
        machine = fresh()
        story(machine)
        undisturbed = books(machine)
        machine = fresh()
        known: set[str] = set()
        while (where := tell_in_a_process(machine, known)) is not None:
            known.add(where)
            let_minutes_pass(machine)
            assert len(known) < MOST_DEATHS
        machine.settle()
        assert books(machine) == undisturbed
        assert {row["kind"] for row in machine.world.rows("SELECT DISTINCT kind FROM ledger_entry")} == KINDS
        machine.come_to_rest()
        for check in TRUTHS:
            check(machine)
    # Closing a period dies in tests of its own (tests/earnings/compensation/test_crashes.py).
    points = {name for name in crash.points() if not name.startswith("period.")}
    assert {where.split()[0] for where in known} == points
    assert len(known) > len(points) * 3
