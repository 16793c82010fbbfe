"""A visitor's browser for the account pages."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
from flask.testing import FlaskClient
from requests.adapters import BaseAdapter
from werkzeug.test import TestResponse

from hubapp.people.accounts.sso.client import TRANSPORT
from hubapp.web.areas import HubFlask
from hubapp.web.sessions import site_key
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.hubs import make_hub

CENTRAL = "http://localhost:8000"
LYON, NAIROBI = "http://lyon.localhost:8000", "http://nairobi.localhost:8000"


@dataclass
class Visitor:
    """A browser with cookies; `site` is where its paths lead."""

    client: FlaskClient
    site: str = CENTRAL

    def get(self, path: str, site: str = "") -> TestResponse:
        """Open a page."""
        return self.client.get(path, base_url=site or self.site)

    def cookie(self, hub_id: int | None = None, host: str = "localhost") -> str:
        """The value of a site's cookie."""
        found = self.client.get_cookie(site_key(hub_id), domain=host)
        assert found is not None
        return str(found.value)

    def post(self, path: str, site: str = "", **fields: str) -> TestResponse:
        """Send a form."""
        return self.client.post(path, data=fields, base_url=site or self.site)


def visible(answer: TestResponse) -> str:
    """The page without its CSRF tokens, which differ each time."""
    return re.sub(r"ey?[\w.-]*\.[\w-]{6}\.[\w-]{20,}|I[jm][\w.-]{60,}", "", answer.text)


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


class Loopback(BaseAdapter):
    """A requests transport that asks the application itself, as the live server does over HTTP."""

    def __init__(self, app: HubFlask) -> None:
        super().__init__()
        self.app = app
        self.calls: list[requests.PreparedRequest] = []
        self.spoil: Callable[[dict[str, str]], dict[str, str]] = lambda form: form

    def send(self, request: requests.PreparedRequest, **_options: object) -> requests.Response:  # type: ignore[override]
        """Send it to a test client of its own."""
        self.calls.append(request)
        assert request.path_url is not None
        form = self.spoil({key: values[0] for key, values in parse_qs(str(request.body)).items()})
        headers = {key: value for key, value in request.headers.items() if key not in {"Host", "Content-Length"}}
        host = str(request.headers["Host"])
        answer = self.app.test_client().post(request.path_url, data=form, headers=headers, base_url=f"http://{host}")
        found = requests.Response()
        found.status_code, found._content, found.url = answer.status_code, answer.data, str(request.url)
        found.headers.update(answer.headers)
        return found

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def loopback(app: HubFlask) -> Iterator[Loopback]:
    """The token call of hubs reaches this very application."""
    adapter = Loopback(app)
    app.extensions[TRANSPORT] = adapter
    yield adapter
    del app.extensions[TRANSPORT]


def follow(visitor: Visitor, answer: TestResponse, most: int = 12) -> tuple[TestResponse, list[str]]:
    """Follow redirects over all hosts as a browser does; returns the last answer and where it led."""
    path: list[str] = []
    while answer.status_code in {301, 302, 303, 308}:
        assert len(path) < most, path
        url = urlsplit(urljoin(answer.request.url, answer.location))
        path.append(url.geturl())
        answer = visitor.client.get(
            url._replace(scheme="", netloc="").geturl(), base_url=f"{url.scheme}://{url.netloc}"
        )
    return answer, path


@pytest.fixture
def hubs(app: HubFlask) -> tuple[int, int]:
    with app.app_context():
        return make_hub("lyon"), make_hub("nairobi")


@pytest.fixture
def amina(app: HubFlask) -> uuid.UUID:
    with app.app_context():
        return make_account("Amina Diallo", "amina@example.org", PASSWORD)


def signed_in(visitor: Visitor, site: str) -> bool:
    """Whether the hub lets this browser past its sign-in."""
    answer = visitor.get("/auth/login?next=/p/inside", site)
    return str(answer.location) == "/p/inside"
