"""The app's role asks for payments and payouts; it cannot move money, nor speak for another hub."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ProgrammingError

from hubapp.web.areas import HubFlask
from tests.factories.hubs import make_hub

COMMAND = text(
    "INSERT INTO gateway_command (id, hub_id, kind, key, subject, params, status, attempts, next_try_at, created_at)"
    " VALUES (uuidv7(), :hub, :kind, :key, :key, '{}', :status, 0, now(), now())"
)
AUDIT = text(
    "INSERT INTO audit_event (id, at, actor_name, action, hub_id, subject, reason, details)"
    " VALUES (uuidv7(), now(), 'x', 'x', :hub, '', '', '{}')"
)


@pytest.fixture
def hubs(app: HubFlask, connection: Connection) -> tuple[int, int]:
    """(the hub in scope, another one), with the app's role at work."""
    with app.app_context():
        mine, other = make_hub("lyon"), make_hub("nairobi")
    connection.exec_driver_sql(f"SET LOCAL ROLE hubapp_app; SET LOCAL app.hub_id = '{mine}'")
    return mine, other


def can(connection: Connection, statement: object, **values: object) -> bool:
    try:
        with connection.begin_nested():
            connection.execute(statement, values)  # type: ignore[call-overload]
    except ProgrammingError as error:
        if "row-level security" not in str(error):
            raise
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "hub", "status", "may"),
    [
        ("checkout.create", 0, "todo", True),
        ("refund.create", 0, "todo", True),
        ("charge.create", 0, "todo", True),
        ("setup.create", 0, "todo", True),
        ("charge.create", 1, "todo", False),
        ("charge.create", None, "todo", False),
        ("payee.create", None, "todo", True),
        ("refund.create", 1, "todo", False),
        ("refund.create", None, "todo", False),
        ("transfer.create", 0, "todo", False),
        ("transfer.create", None, "todo", False),
        ("payout.create", None, "todo", False),
        ("checkout.create", 0, "done", False),
    ],
)
def test_the_outbox_takes_requests_of_its_own_hub(
    connection: Connection, hubs: tuple[int, int], kind: str, hub: int | None, status: str, may: bool
) -> None:
    hub_id = None if hub is None else hubs[hub]
    assert can(connection, COMMAND, hub=hub_id, kind=kind, key=str(uuid4()), status=status) is may


def test_the_log_takes_no_act_in_another_hub(connection: Connection, hubs: tuple[int, int]) -> None:
    assert can(connection, AUDIT, hub=hubs[0])
    assert can(connection, AUDIT, hub=None)
    assert not can(connection, AUDIT, hub=hubs[1])


def test_a_payee_and_a_payout_begin_at_their_beginning(
    app: HubFlask, connection: Connection, hubs: tuple[int, int]
) -> None:
    payee = text(
        "INSERT INTO payee (id, account_id, country, currency, email, status, requirements, created_at,"
        " provider_account_id)"
        " VALUES (uuidv7(), uuidv7(), 'FR', 'EUR', 'a@example.org', :status, '[]', now(), :provider)"
    )
    assert not can(connection, payee, status="ready", provider="acct_1")
    assert not can(connection, payee, status="new", provider="acct_1")
    payout = text(
        "INSERT INTO payout (id, payee_id, account_id, currency, status, amount, destination, requested_at)"
        " VALUES (uuidv7(), uuidv7(), uuidv7(), 'EUR', 'prepared', 100, 'acct_1', now())"
    )
    assert not can(connection, payout)
    of_run = text(
        "INSERT INTO payout (id, payee_id, account_id, currency, status, requested_at, bounced_at)"
        " VALUES (uuidv7(), uuidv7(), uuidv7(), 'EUR', 'requested', now(), now())"
    )
    assert not can(connection, of_run)


@pytest.mark.parametrize(
    ("change", "may"),
    [
        ("rhythm = 'weekly', minimums = '{}'", True),
        ("frozen_reason = NULL", False),
        ("check_reason = NULL", False),
        ("provider_account_id = 'acct_2'", False),
    ],
)
def test_a_hubs_page_changes_what_a_payee_chooses_and_nothing_else(
    connection: Connection, hubs: tuple[int, int], change: str, may: bool
) -> None:
    with connection.begin_nested() as attempt:
        if may:
            connection.exec_driver_sql(f"UPDATE payee SET {change}")
        else:
            with pytest.raises(ProgrammingError, match="permission denied"):
                connection.exec_driver_sql(f"UPDATE payee SET {change}")
        attempt.rollback()


@pytest.mark.parametrize("table", ["payout_run", "payout_run_item", "document_counter"])
def test_runs_and_the_numbers_of_documents_are_not_for_hubs(
    connection: Connection, hubs: tuple[int, int], table: str
) -> None:
    with connection.begin_nested() as attempt:
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.exec_driver_sql(f"SELECT FROM {table}")
        attempt.rollback()


def test_functions_with_higher_rights_look_into_temporary_tables_last(connection: Connection) -> None:
    rows = connection.exec_driver_sql(
        "SELECT proname, coalesce(array_to_string(proconfig, ' '), '') FROM pg_proc"
        " WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    ).all()
    assert rows
    assert [name for name, settings in rows if not settings.endswith("pg_temp")] == []


def test_functions_with_higher_rights_are_not_for_everybody(connection: Connection) -> None:
    rows = connection.exec_driver_sql(
        "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        " AND has_function_privilege('public', oid, 'EXECUTE')"
    ).all()
    assert rows == []
