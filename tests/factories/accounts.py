"""Accounts and signed-in browsers for tests."""

from __future__ import annotations

import uuid
from typing import Any

from flask.testing import FlaskClient

from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.people.accounts import services
from hubapp.people.accounts.signed_in import TOKEN
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope, no_hub
from hubapp.web.areas import HubFlask
from hubapp.web.sessions import SiteSessions
from tests.factories.hubs import NOW

PASSWORD = "seven lamps over the quay"
_numbers = iter(range(1, 1_000_000))


def make_account(
    name: str = "Amina Diallo", email: str | None = None, password: str | None = None, **values: Any
) -> uuid.UUID:
    """A confirmed account, in a transaction of its own (needs an application context).

    Without `password` it has none, which saves the time of hashing it: sign it in with `sign_in`.
    `values`: locale, is_confirmed, is_central, is_demo.
    """
    address = email or f"person{next(_numbers)}@example.org"
    defaults: dict[str, Any] = {"locale": "en", "is_confirmed": True, "now": NOW}
    with platform_scope(reason="test"), unit_of_work():
        return services.create_account(email=address, name=name, password=password, **{**defaults, **values})


def base_url(app: HubFlask, hub_id: int | None) -> str:
    """The address of a hub's site, or of the central one, for `client.get(..., base_url=…)`."""
    if hub_id is None:
        return app.addresses.central("/")
    with app.app_context(), hub_scope(hub_id):
        return app.addresses.hub(tenancy.hub_view(hub_id).slug, "/")


def sign_in(
    client: FlaskClient, account_id: uuid.UUID, hub_id: int | None = None, *, second_factor: bool = True
) -> uuid.UUID:
    """Give a test browser a session on one site, as if it had signed in; returns the central session's id.

    Ask pages with `client.get(path, base_url=base_url(app, hub_id))`. Call it once per site.
    """
    app: HubFlask = client.application  # type: ignore[assignment]
    now = clock.wall()
    with app.app_context(), no_hub(), unit_of_work():
        root_id, token = services.open_session(
            account_id=account_id, user_agent="tests", now=now, has_second_factor=second_factor
        )
        if hub_id is not None:
            _id, token = services.open_hub_session(
                account_id=account_id, parent_id=root_id, hub_id=hub_id, user_agent="tests", now=now
            )
    put_cookie(client, hub_id, {TOKEN: token, "_permanent": True})
    return root_id


def put_cookie(client: FlaskClient, hub_id: int | None, content: dict[str, Any]) -> None:
    """Set one site's signed cookie to `content`."""
    app: HubFlask = client.application  # type: ignore[assignment]
    sessions = app.session_interface
    assert isinstance(sessions, SiteSessions)
    value = sessions.serializer_of(app, hub_id).dumps(content)
    host = base_url(app, hub_id).split("://")[1].split(":")[0].rstrip("/")
    client.set_cookie(sessions.name_of(hub_id), str(value), domain=host)
