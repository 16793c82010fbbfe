"""`hubapp users create`: the first member of the central team comes from the command line."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from hubapp.cli.users import open_account, users
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.accounts.errors import EmailTaken
from hubapp.people.accounts.models import Account
from hubapp.tenancy.models import AuditEvent
from hubapp.tenancy.platform import platform_scope
from hubapp.web.areas import HubFlask
from tests.factories.accounts import PASSWORD

ANA = {"email": "ana@example.org", "name": "Ana", "password": PASSWORD, "locale": "en"}


def test_a_member_of_the_central_team_is_opened_and_written_down(app: HubFlask) -> None:
    account_id = open_account(app, **ANA, is_central=True)
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        account = db.session.scalars(select(Account)).one()
        assert (account.id, account.is_central, account.confirmed_at is not None) == (account_id, True, True)
        assert db.session.execute(select(AuditEvent.action, AuditEvent.subject)).all() == [
            ("account.create", str(account_id))
        ]


def test_an_address_is_opened_once(app: HubFlask) -> None:
    open_account(app, **ANA, is_central=False)
    with pytest.raises(EmailTaken):
        open_account(app, **ANA | {"email": "ANA@example.org"}, is_central=False)


def test_the_password_is_asked_for_twice_and_not_shown() -> None:
    arguments = ["create", "--email", "ana@example.org", "--name", "Ana"]
    result = CliRunner().invoke(users, arguments, input=f"{PASSWORD}\nsomething else\n")
    assert result.exit_code == 1
    assert "do not match" in result.output
    assert PASSWORD not in result.output
