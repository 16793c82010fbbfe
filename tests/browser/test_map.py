"""Nothing is wrong on any page of the URL map: a page that is new is looked at without anybody naming it.

Axe finds nothing, nothing has to be scrolled sideways, and a keyboard gets at everything (reaching.js).

Pages come straight from the application, one of everything in them, so that no server is needed. `make test` sees each
page in one of 24 looks (phone or desktop, light or dark, left-to-right or right-to-left, dressed as one of three hubs),
`make axe` in all of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Request, Route
from sqlalchemy import text, update
from werkzeug.test import TestResponse

from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.paths import HUBS
from hubapp.money.payments import plug
from hubapp.people.accounts.models import Account
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.models import Hub
from hubapp.tenancy.packs import load
from hubapp.tenancy.packs.schema import Pack
from hubapp.tenancy.platform import platform_scope
from hubapp.web.areas import CENTRAL, HUB, HubFlask
from tests.browser.looking import HEIGHT, Scheme, Wrong, faults
from tests.browser.reaching import LISTENING
from tests.earnings.compensation.closing import close
from tests.factories.accounts import base_url, sign_in
from tests.factories.jobs import run_all
from tests.factories.plans import across, announced, make_network
from tests.factories.walking import Ask, central_values_of, values_of, walk
from tests.factories.world import World, make_world

# Whoever sees most of a page first; the visitor's view comes last, for what only visitors see.
ROLES = {HUB: ("connector", "seller", "member", "visitor"), CENTRAL: ("central", "member", "visitor")}
LANGUAGES = ("en", "ar")
WIDTHS: tuple[int, ...] = (390, 1440)
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
IS_ALL = os.environ.get("HUBAPP_AXE") == "all"
# A page is opened at a width, and then looked at in each of the schemes.
LOOKS = [(width, SCHEMES) for width in WIDTHS] if IS_ALL else [(w, (s,)) for w, s in product(WIDTHS, SCHEMES)]
HUBS_LOOKS = ("lyon", "nairobi", "tunis")
# A mail, shown in a frame of the page about it.
NO_PAGES = {"broadcasts.mail"}
MANY = 50
DONE = {200, 202}  # 202: what waits for a job is a page too
# One of so many pages is also gone through by Tab, key by key: together they are all kinds of pages. `make axe`: all.
PRESSED = 1 if IS_ALL else 5


@dataclass(frozen=True, slots=True)
class Shown:
    """A whole page that somebody may open: on which site, at which path, with whose cookies, and what they get."""

    base: str
    path: str
    client: FlaskClient
    answer: TestResponse

    @property
    def url(self) -> str:
        """Its address."""
        return f"{self.base.rstrip('/')}{self.path}"


def world_in(app: HubFlask, language: str) -> World:
    """One of everything, and everybody reads that language."""
    with app.app_context():
        world = make_world(app)
        with platform_scope(reason="test"), unit_of_work():
            db.session.execute(update(Account).values(locale=language))
            db.session.execute(update(Hub).values(locales=["en", "fr", "ar"], default_locale=language))
        tenancy.forget()
    return world


@cache
def pack_of(slug: str) -> Pack:
    """A hub's pack, which is read and checked in full each time it is loaded."""
    return load.by_slug(HUBS, slug)


def dress(app: HubFlask, slug: str) -> None:
    """Hubs look as this one does: its colours, fonts, forms and drawings."""
    pack = pack_of(slug)
    with app.app_context():
        with platform_scope(reason="test"), unit_of_work():
            db.session.execute(
                update(Hub).values(
                    theme=pack.settings()["theme"], theme_css=pack.theme_css, brand_version=Hub.brand_version + 1
                )
            )
        tenancy.forget()


def addresses(app: HubFlask, world: World) -> Iterator[tuple[str, list[FlaskClient], Ask]]:
    """(site, whoever may be asked for it, address) of everything that can be got, in the order of the map."""
    for area, hub_id, values in ((HUB, world.there, values_of(world)), (CENTRAL, None, central_values_of(world))):
        clients = [signed_in(app, world, role, hub_id) for role in ROLES[area]]
        for ask in walk(app, area, values):
            if ask.method == "GET" and ask.rule.endpoint not in NO_PAGES:
                yield base_url(app, hub_id), clients, ask


def signed_in(app: HubFlask, world: World, role: str, hub_id: int | None) -> FlaskClient:
    """A browser of somebody who has this role."""
    client = app.test_client()
    account_id = world.who(role, hub_id or world.there)
    if account_id is not None:
        sign_in(client, account_id, hub_id)
    return client


def page_of(base: str, clients: list[FlaskClient], path: str) -> Shown | None:
    """The page as the first who may open it; None for what is no whole page: files, fragments, ways elsewhere."""
    for client in clients:
        answer = client.get(path, base_url=base, buffered=True)
        if answer.status_code in DONE and answer.mimetype == "text/html" and b"<html" in answer.data:
            return Shown(base, path, client, answer)
    return None


class Window:
    """A browser's window that looks at page after page: a new one for each would have to get going each time."""

    def __init__(self, browser: Browser) -> None:
        options: dict[str, Any] = {"reduced_motion": "reduce", "bypass_csp": True, "service_workers": "block"}
        self.context = browser.new_context(**options)
        self.context.add_init_script(LISTENING)
        self.context.add_init_script(AXE_SCRIPT)  # kept by the browser: sent with each page, it took as long as a page
        self.page = self.context.new_page()
        self.page.route("**/*", self._answer)
        self.shown: Shown | None = None
        self.kept: dict[str, TestResponse] = {}  # scripts, styles and fonts are the same on every page

    def faults(self, shown: Shown, width: int, schemes: Sequence[Scheme], *, presses: bool) -> list[Wrong]:
        """What is wrong with a page at one width."""
        self.shown = shown
        self.page.emulate_media(color_scheme=schemes[0])
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self.page.goto(shown.url)
        found = faults(self.page, width=width, schemes=schemes, presses=presses)
        self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        self.context.clear_cookies()
        return found

    def _answer(self, route: Route) -> None:
        """Let the application answer whatever the page asks for."""
        url = route.request.url
        found = self.kept.get(url) or self._asked_for(route.request)
        if urlsplit(url).path.startswith("/static/"):
            self.kept[url] = found
        headers = {name: value for name, value in found.headers.items() if name.lower() != "set-cookie"}
        route.fulfill(status=found.status_code, headers=headers, body=found.data)

    def _asked_for(self, request: Request) -> TestResponse:
        assert self.shown is not None
        if request.is_navigation_request() and request.url == self.shown.url:
            return self.shown.answer  # it has been got already
        asked = urlsplit(request.url)
        return self.shown.client.open(
            asked._replace(scheme="", netloc="").geturl(),
            method=request.method,
            base_url=f"{asked.scheme}://{asked.netloc}",
            data=request.post_data_buffer,
            headers={name: value for name, value in request.headers.items() if name != "cookie"},
            buffered=True,
        )


@pytest.mark.parametrize("looks", [(one,) for one in HUBS_LOOKS] if IS_ALL else [HUBS_LOOKS], ids="-".join)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_wrong_on_any_page_of_the_map(
    app: HubFlask, browser: Browser, language: str, looks: tuple[str, ...]
) -> None:
    plug.install_sandbox(app.extensions["hubapp.server"])
    world, window, wrong, seen, worn = world_in(app, language), Window(browser), [], 0, ""
    for number, (base, clients, ask) in enumerate(addresses(app, world)):
        turn, look = number % len(LANGUAGES), number // len(LANGUAGES) % len(LOOKS)
        if not IS_ALL and LANGUAGES[turn] != language:
            continue
        if worn != (worn := looks[number % len(looks)]):
            dress(app, worn)
        shown = page_of(base, clients, ask.path)
        if shown is None:
            continue
        for width, schemes in LOOKS if IS_ALL else LOOKS[look : look + 1]:
            found = window.faults(shown, width, schemes, presses=seen % PRESSED == 0)
            wrong += [(shown.path, width, *fault) for fault in found]
            seen += 1
    window.context.close()
    assert "\n".join(map(str, wrong)) == ""
    assert seen > MANY


# What is shown to whoever wants it signed what the plan paid them, from the first click to the file.
SIGNED = "/plan/pay/EUR-2027-01"
STATES = (
    "Nobody has asked for it yet.",
    "It takes a few seconds.",
    "is tried again",
    "It could not be made.",
    "begins by",
)


@pytest.fixture
def paid(app: HubFlask) -> FlaskClient:
    """A browser of somebody whom the plan paid for a month that is closed."""
    with app.app_context():
        network = make_network()
        announced()
        network.sells("cem", 50_000)
        close()
    client = app.test_client()
    sign_in(client, network.people["cem"])
    return client


def test_nothing_is_wrong_while_one_waits_for_a_signed_file(app: HubFlask, browser: Browser, paid: FlaskClient) -> None:
    window, wrong, base = Window(browser), [], base_url(app, None)

    def change(what: str) -> None:
        with app.app_context():
            across(lambda: db.session.execute(text(f"UPDATE procrastinate_jobs SET {what}")))

    def ask() -> None:
        paid.get(f"{SIGNED}/statement.json", base_url=base)

    def make() -> None:
        ask()
        run_all(app)

    befores = (lambda: None, ask, lambda: change("attempts = 1"), lambda: change("status = 'failed'"), make)
    for number, (before, words) in enumerate(zip(befores, STATES, strict=True)):
        before()
        shown = page_of(base, [paid], f"{SIGNED}/signing")
        assert shown is not None
        assert words in shown.answer.text
        for width, schemes in LOOKS if IS_ALL else LOOKS[number % len(LOOKS) :][:1]:
            wrong += [(words, width, *fault) for fault in window.faults(shown, width, schemes, presses=True)]
    window.context.close()
    assert "\n".join(map(str, wrong)) == ""
