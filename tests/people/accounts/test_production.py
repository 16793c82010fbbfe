"""What differs where real people sign in: published passwords are worth nothing, and a proxy stands in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from hubapp.kernel.db import db, unit_of_work
from hubapp.people.accounts.views.blueprint import network
from hubapp.tenancy.hosts import Found
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import no_hub
from hubapp.web.areas import FOUND, HubFlask
from tests.conftest import Live
from tests.factories.accounts import PASSWORD, make_account, sign_in
from tests.people.accounts.conftest import CENTRAL, Visitor

Change = Callable[..., None]


@pytest.fixture
def change(app: HubFlask) -> Iterator[Change]:
    """Changes settings for one test."""
    known = app.extensions["hubapp.settings"]

    def update(**values: object) -> None:
        app.extensions["hubapp.settings"] = known.model_copy(update=values)

    yield update
    app.extensions["hubapp.settings"] = known


def test_the_demos_sign_ins_open_nothing(app: HubFlask, visitor: Visitor, change: Change) -> None:
    with app.app_context():
        account_id = make_account("Demo", "demo@example.org", PASSWORD, is_demo=True, is_central=True)
    assert visitor.post("/sign-in", email="demo@example.org", password=PASSWORD).status_code == 303
    kept = Visitor(app.test_client())
    sign_in(kept.client, account_id)
    assert kept.get("/console/").status_code == 200
    change(env="production")
    assert Visitor(app.test_client()).post("/sign-in", email="demo@example.org", password=PASSWORD).status_code == 422
    assert kept.get("/console/").status_code == 303


@pytest.mark.parametrize(
    ("trusted", "forwarded", "seen"),
    [
        (0, "203.0.113.7", "10.0.0.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "198.51.100.1, 203.0.113.7, 10.0.0.9", "203.0.113.7"),
        (1, "", "10.0.0.1"),
        (2, "203.0.113.7", "10.0.0.1"),
    ],
)
def test_attempts_count_for_the_visitor_not_for_the_proxy(
    app: HubFlask, change: Change, trusted: int, forwarded: str, seen: str
) -> None:
    change(trusted_proxies=trusted)
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    environ = {"REMOTE_ADDR": "10.0.0.1", FOUND: Found("central")}
    with app.test_request_context("/", base_url=CENTRAL, headers=headers, environ_base=environ):
        assert network() == seen


@pytest.mark.parametrize("role", ["app", "central"])
def test_what_failed_is_told_without_its_values(live: Live, role: str) -> None:
    scope = no_hub() if role == "app" else platform_scope(reason="test")
    with live.app.app_context(), scope, pytest.raises(StatementError) as caught, unit_of_work():
        db.session.execute(text("SELECT * FROM no_such_table WHERE token = :token"), {"token": "opens-the-door"})
    assert "opens-the-door" not in str(caught.value)
