"""A visitor's browser for the account pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hubapp.web.areas import HubFlask

CENTRAL = "http://localhost:8000"


@dataclass
class Visitor:
    """A browser with cookies; `site` is where its paths lead."""

    client: FlaskClient
    site: str = CENTRAL

    def get(self, path: str, site: str = "") -> TestResponse:
        """Open a page."""
        return self.client.get(path, base_url=site or self.site)

    def post(self, path: str, site: str = "", **fields: str) -> TestResponse:
        """Send a form."""
        return self.client.post(path, data=fields, base_url=site or self.site)


def visible(answer: TestResponse) -> str:
    """The page without its CSRF tokens, which differ each time."""
    return re.sub(r"ey?[\w.-]*\.[\w-]{6}\.[\w-]{20,}|Im[\w.-]{60,}", "", answer.text)


@pytest.fixture
def no_csrf(app: HubFlask) -> Iterator[HubFlask]:
    """Forms without their token; tests of the token leave this out."""
    app.config["WTF_CSRF_ENABLED"] = False
    yield app
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def visitor(no_csrf: HubFlask) -> Visitor:
    """A fresh browser."""
    return Visitor(no_csrf.test_client())
