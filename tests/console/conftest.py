"""A central team's browser, and what the console's tests share."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hubapp.web.areas import HubFlask
from tests.factories.accounts import base_url, make_account, sign_in


@dataclass(frozen=True, slots=True)
class Browser:
    """A signed-in browser on the central site."""

    client: FlaskClient
    account_id: uuid.UUID
    base: str

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, base_url=self.base, **options)

    def post(self, path: str, **fields: Any) -> TestResponse:
        return self.client.post(path, base_url=self.base, data=fields)


def make_central(app: HubFlask) -> Browser:
    """Somebody of the central team in an application of the test's own, whose forms need no tokens."""
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        account_id = make_account("Noor Central", is_central=True)
    client = app.test_client()
    sign_in(client, account_id, second_factor=True)
    return Browser(client, account_id, base_url(app, None))


@pytest.fixture
def no_csrf(app: HubFlask) -> Any:
    """Forms without tokens, as a test client sends them."""
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def browser_of(app: HubFlask, no_csrf: None) -> Callable[..., Browser]:
    """Makes signed-in browsers."""

    def make(account_id: uuid.UUID, *, second_factor: bool = True) -> Browser:
        client = app.test_client()
        sign_in(client, account_id, second_factor=second_factor)
        return Browser(client, account_id, base_url(app, None))

    return make


@pytest.fixture
def central(app: HubFlask, browser_of: Callable[..., Browser]) -> Browser:
    """Somebody of the central team, second factor passed."""
    with app.app_context():
        account_id = make_account("Noor Central", is_central=True)
    return browser_of(account_id)
