"""A real browser and a real network: web server, worker, sandbox payments and a year of invented lives."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser
from sqlalchemy.engine.url import URL

from tests.browser.flags import CHROMIUM, FLAGS
from tests.browser.people import Person, watch
from tests.browser.site import Site, running
from tests.conftest import Databases

Visit = Callable[..., Any]  # the kind of person that is asked for
Way = dict[str, Any]
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
# How a journey is made. Main ones in all three ways; of others a phone's are the ones that most people make.
SCRIPT, PHONE_SCRIPT, PLAIN = {"viewport": DESKTOP}, {"viewport": PHONE}, {"javascript": False, "viewport": PHONE}
EACH_WAY = pytest.mark.parametrize("way", [SCRIPT, PHONE_SCRIPT, PLAIN], ids=["desktop", "phone", "plain phone"])
ON_A_PHONE = pytest.mark.parametrize("way", [PHONE_SCRIPT, PLAIN], ids=["phone", "plain phone"])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """So that `-m "not browser"` leaves them out; and one that misses something is tried once more, and named.

    On a busy machine a browser's own time is part of what is tested. Nothing that needs no browser is tried twice.
    """
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=["AssertionError", "TimeoutError"]))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium, as pytest-playwright is to start it."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed (apt-get install chromium-headless-shell)")
    return {"executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture(scope="session")
def site(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo's network, on a clone in the tests' database server.

    While writing tests: HUBAPP_TEST_NETWORK=8000:/its/data names one that runs already (`hubapp demo`).
    """
    if there := os.environ.get("HUBAPP_TEST_NETWORK"):
        port, _, data = there.partition(":")
        yield Site(int(port), Path(data), {**os.environ, "HUBAPP_DATA": data, "PORT": port})
        return
    name = f"test_browser_{os.getpid()}"
    parts = dict(part.split("=", 1) for part in databases.create(name).split())
    place = {"host": parts["host"], "port": parts["port"]}
    url = URL.create("postgresql", username=parts["user"], database=name, query=place)
    with running(tmp_path_factory.mktemp("network"), url.render_as_string()) as network:
        yield network
    databases.drop(name)
    databases.drop(f"{name}_sandbox")


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """Opens browsers: `visit(javascript=False)`, `visit(viewport={…}, color_scheme="dark")`. Nothing may complain.

    Whoever has no JavaScript is on a phone. `visit(**way)`: one of EACH_WAY. `visit(Typist)`: no mouse.
    """
    people: list[Person] = []
    if there := site.environment.get("DATABASE_URL"):  # all journeys come from one address, which may sign in so often
        with psycopg.connect(there) as connection:
            connection.execute("DELETE FROM login_throttle")

    def open_browser(kind: type[Person] = Person, *, javascript: bool = True, **options: Any) -> Person:
        usual = {"viewport": DESKTOP if javascript else PHONE, "locale": "en-GB", "reduced_motion": "reduce"}
        usual["service_workers"] = "block"
        context = browser.new_context(java_script_enabled=javascript, **{**usual, **options})
        context.set_default_timeout(15_000)
        people.append(watch(kind(site, context, context.new_page(), has_script=javascript)))
        return people[-1]

    yield open_browser
    for person in people:
        person.context.close()
    assert [fault for person in people for fault in person.faults] == []
