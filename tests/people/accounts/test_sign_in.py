"""Signing in and out on the central domain."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from hubapp.kernel.db import db, unit_of_work
from hubapp.people.accounts import queries
from hubapp.tenancy.scope import no_hub
from hubapp.web.areas import HubFlask
from tests.factories.accounts import PASSWORD, make_account
from tests.people.accounts.conftest import Visitor, visible


def test_the_right_password_signs_in(app: HubFlask, visitor: Visitor) -> None:
    with app.app_context():
        make_account(email="amina@example.org", password=PASSWORD)
    answer = visitor.post("/sign-in", email="Amina@Example.org", password=PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/me")


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(app: HubFlask, visitor: Visitor) -> None:
    with app.app_context():
        make_account(email="amina@example.org", password=PASSWORD)
    wrong = visitor.post("/sign-in", email="amina@example.org", password="something else entirely")
    unknown = visitor.post("/sign-in", email="nobody@example.org", password=PASSWORD)
    assert wrong.status_code == unknown.status_code == 422
    assert visible(wrong).replace("amina@", "nobody@") == visible(unknown)


@pytest.mark.parametrize("table", ["credential", "recovery_code", "email_token", "auth_session", "authorization_code"])
def test_the_app_role_cannot_read_secrets(app: HubFlask, table: str) -> None:
    with app.app_context(), no_hub(), pytest.raises(ProgrammingError, match="permission denied"), unit_of_work():
        db.session.execute(text(f"SELECT * FROM {table}"))


def test_the_app_role_cannot_read_addresses(app: HubFlask) -> None:
    with app.app_context(), no_hub(), pytest.raises(ProgrammingError, match="permission denied"), unit_of_work():
        db.session.execute(text("SELECT email FROM account"))


def test_one_account_at_a_time_can_be_looked_up(app: HubFlask) -> None:
    with app.app_context():
        account_id = make_account("Amina Diallo", "amina@example.org")
        with no_hub(), unit_of_work():
            found = queries.account(account_id)
            assert found is not None
            assert (found.email, found.initials) == ("amina@example.org", "AD")
            assert queries.names([account_id]) == {account_id: "Amina Diallo"}
