"""Every table of membership shows a hub its own rows, and nobody's without a hub."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hubapp.kernel.db import db, unit_of_work
from hubapp.people.membership import services
from hubapp.tenancy.scope import hub_scope, no_hub
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_connector, make_member

TABLES = ("membership", "hub_role", "invite_link", "referral_touch")


def fill(slug: str) -> int:
    hub_id = make_hub(slug)
    connector, member = make_connector(hub_id), make_member(hub_id)
    with hub_scope(hub_id), unit_of_work():
        services.make_invite(membership_id=connector.id, label="Poster", now=NOW)
        assert services.touch(account_id=member.account_id, code=connector.referral_code, channel="qr", at=NOW)
    return hub_id


@pytest.mark.parametrize("table", TABLES)
def test_a_hub_sees_its_own_rows_only(app: HubFlask, table: str) -> None:
    with app.app_context():
        one = fill("one")
        fill("two")
        with hub_scope(one), unit_of_work():
            assert set(db.session.scalars(text(f"SELECT hub_id FROM {table}"))) == {one}


@pytest.mark.parametrize("table", TABLES)
def test_without_a_hub_there_is_nothing(app: HubFlask, table: str) -> None:
    with app.app_context():
        fill("one")
        with no_hub(), unit_of_work():
            assert db.session.scalar(text(f"SELECT count(*) FROM {table}")) == 0


@pytest.mark.parametrize(
    "statement", ["SELECT * FROM membership_index", "DELETE FROM membership", "UPDATE referral_touch SET code = 'X'"]
)
def test_the_apps_role_may_not(app: HubFlask, statement: str) -> None:
    with app.app_context():
        hub_id = fill("one")
        with pytest.raises(DBAPIError, match="permission denied"), hub_scope(hub_id), unit_of_work():
            db.session.execute(text(statement))
