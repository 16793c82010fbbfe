"""What stands is looked at again as the guard looks at what is written; what has nothing behind it is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from hubapp.cli.ledger import report_rights
from hubapp.earnings.shares.services import Terms, freeze_terms, settle
from hubapp.earnings.shares.services.crossing import book_moves
from hubapp.earnings.shares.unfounded import Fault, unfounded
from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.books import ANNA, CARL, ROSA, carls_hub, paid_order
from tests.factories.hubs import NOW, make_hub
from tests.factories.placed import behind

MALLORY = f"account:{UUID(int=666)}"


@pytest.fixture
def hubs(app: HubFlask) -> Iterator[tuple[int, int]]:
    """A sale with every part in one hub, and the home hub with its part of it."""
    with app.app_context():
        hub_id, home = carls_hub(), make_hub("nantes")
        with hub_scope(hub_id), unit_of_work():
            terms = freeze_terms(now=NOW)
            terms = Terms(terms.rule_key, replace(terms.rules, cross_hub_bps=100))
            facts: dict[str, Any] = {"gross": 2_400, "tax": 400, "fee": 55, "referrer_owner": ROSA}
            order = paid_order(2_000, **facts, home_hub_id=home, terms=terms)
            behind(order)
            settle(order=order)
        with hub_scope(home), unit_of_work():
            book_moves(order_id=order.order_id, now=NOW)
        yield hub_id, home


def faults(hub_id: int) -> set[tuple[str, str, Fault]]:
    """(role, owner, fault) of each right of a hub that has nothing behind it."""
    with platform_scope(reason="test"), unit_of_work():
        return {(one.role, one.owner, one.fault) for one in unfounded(hub_id=hub_id)}


def before_the_guard(hub_id: int, statement: str) -> None:
    """What was written while nothing looked."""
    with hub_scope(hub_id), unit_of_work():
        connection = db.session.connection()
        connection.exec_driver_sql("RESET ROLE; SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql(statement)


def test_a_fair_split_has_no_fault_here_nor_in_the_home_hub(hubs: tuple[int, int]) -> None:
    with platform_scope(reason="test"), unit_of_work():
        roles = set(db.session.scalars(text("SELECT role FROM earning_right")))
    assert roles == {"seller", "connector", "referrer", "core", "cross_hub", "tax"}
    assert [faults(hub_id) for hub_id in hubs] == [set(), set()]


@pytest.mark.parametrize("role", ["seller", "connector", "referrer", "core", "cross_hub", "tax"])
def test_a_payee_whom_no_order_names_is_told(hubs: tuple[int, int], role: str) -> None:
    before_the_guard(hubs[0], f"UPDATE earning_right SET owner = '{MALLORY}' WHERE role = '{role}'")
    assert (role, MALLORY, Fault.UNNAMED) in faults(hubs[0])


@pytest.mark.parametrize(
    "change", ["paid_at = NULL, status = 'placed'", "currency = 'KES'", "id = uuidv7()"], ids=["unpaid", "kes", "none"]
)
def test_without_a_paid_order_every_right_is_told(hubs: tuple[int, int], change: str) -> None:
    before_the_guard(hubs[0], f"UPDATE orders SET {change}")
    found = faults(hubs[0])
    assert {role for role, _, _ in found} == {"seller", "connector", "referrer", "core", "cross_hub", "tax"}
    assert {fault for *_, fault in found} == {Fault.UNNAMED}


@pytest.mark.parametrize("role", ["seller", "connector", "referrer", "core"])
def test_more_than_the_order_bears_is_told(hubs: tuple[int, int], role: str) -> None:
    before_the_guard(hubs[0], f"UPDATE earning_right SET amount = amount + 100 WHERE role = '{role}'")
    assert {fault for *_, fault in faults(hubs[0])} == {Fault.UNBORNE}


def test_an_order_that_was_made_up_is_told_by_the_books(hubs: tuple[int, int]) -> None:
    """The row bears the right and names its payee, as the guard asks; no entry knows of it."""
    before_the_guard(hubs[0], "UPDATE orders SET gross = gross + 500, base = base + 500")
    before_the_guard(hubs[0], "UPDATE earning_right SET amount = amount + 500 WHERE role = 'seller'")
    assert faults(hubs[0]) == {("seller", ANNA, Fault.UNBOOKED)}


def test_a_home_hubs_part_hangs_on_what_came(hubs: tuple[int, int]) -> None:
    before_the_guard(hubs[1], "UPDATE earning_right SET owner = 'core', amount = amount + 1 WHERE role = 'cross_hub'")
    assert {fault for *_, fault in faults(hubs[1])} == {Fault.UNBORNE}
    before_the_guard(hubs[1], "DELETE FROM clearing_move")
    assert {fault for *_, fault in faults(hubs[1])} == {Fault.UNNAMED}


@pytest.mark.parametrize("role", ["plan", "retainer", "dispute_fee"])
def test_a_right_of_no_sale_has_what_it_hangs_on(hubs: tuple[int, int], role: str) -> None:
    before_the_guard(hubs[0], f"UPDATE earning_right SET role = '{role}' WHERE role = 'seller'")
    assert (role, ANNA, Fault.UNNAMED) in faults(hubs[0])


def test_who_was_a_connector_keeps_what_they_were_given(hubs: tuple[int, int]) -> None:
    before_the_guard(hubs[0], "DELETE FROM hub_role")
    assert faults(hubs[0]) == set()


def test_the_command_names_every_such_right_and_fails(
    app: HubFlask, hubs: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert report_rights(app, None)
    before_the_guard(hubs[0], f"UPDATE earning_right SET owner = '{MALLORY}' WHERE role IN ('referrer', 'connector')")
    capsys.readouterr()
    assert not report_rights(app, None)
    told = capsys.readouterr()
    assert told.out.splitlines()[-1] == "Rights with nothing behind them: 2."
    lines = told.err.splitlines()
    assert len(lines) == 2
    assert all(MALLORY in line and "nothing that was paid names them" in line for line in lines)
    assert CARL not in told.err
