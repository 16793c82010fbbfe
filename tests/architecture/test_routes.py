"""Every route as every role, on its own hub's objects and on another's: nothing breaks, nothing foreign is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy.engine import Connection
from werkzeug.test import TestResponse

from hubapp.money.payments import plug
from hubapp.tenancy import queries as tenancy
from hubapp.web.areas import CENTRAL, HUB, HubFlask
from hubapp.web.security import CSP
from tests.factories.accounts import base_url, sign_in
from tests.factories.walking import Ask, central_values_of, values_of, walk
from tests.factories.world import MARK, ROLES, World, make_world

# What the forms behind the routes ask for, so that they get past their forms to the objects they name.
FIELDS = {
    "quantity": "1",
    "consent": "y",
    "shown": "1200:",
    "period": "1",
    "delivery": "pickup",
    "reason": "It broke.",
    "title": "Changed",
    "body": "Changed",
    "name": "Changed",
    "label": "Fair",
    "alt": "",
    "version": "1",
    "body_md": "Changed",
    "to": "nobody",
    "country": "FR",
    "tax_id": "FR12345678901",
}
# Routes that may answer to a name from another hub, and why that is right.
HARMLESS = {
    "payouts.period": "one's own postings in this hub, of any month",
    "payouts.period_csv": "the same",
    "payouts.period_pdf": "the same",
    "payouts.tax_file": "one's own documents",
    "payouts.tax_year": "the same",
    "payouts.tax_year_pdf": "the same",
    "invoices.of_year": "one's own documents, of all hubs",
    "static_hub": "the same files for every hub",
    "files.icon": "the hub's own icon, in one of its sizes",
    "membership.come": "an unknown code leads to the front page",
    "basket.change": "about a line of one's own basket, in which no foreign listing is",
    "basket.remove": "the same",
    "tickets.scanned": "leads to one's own tickets, whatever the code",
    "conversations.thread_news": "nothing is new in what does not exist: an answer without a body",
    "messages.thread_news": "the same, for whoever is not in it",
    "writing.edit": "the form for a new page under that name",
    "writing.remove": "says that there is no such page",
    "writing.save": "says what is missing in a new page under that name",
    "versions.index": "nothing was changed yet in a page that is not there",
}
# Pages of which the world has none, so that whoever walks the map finds nothing; they are opened elsewhere.
ABSENT = {
    "static_central": "a file, under an address with its digest",
    "static_hub": "the same",
    "books.account": "names an account by its query",
    "files.logo": "a drawing that this hub has not uploaded",
    "departures.takeout": "a file that a job has to make first",
    "sandbox.pay": "the sandbox's own pages, about what it was asked in a journey",
    "sandbox.authenticate": "the same",
    "sandbox.onboarding": "the same",
    "plan_pay.period": "for whom the plan paid, when a month is closed",
    "plan_pay.statement_file": "the same",
    "plan_pay.signing": "the same",
}
SIGN_IN = ("/auth/login", "/sign-in")
# Where nothing is, an answer says so; where the role may not go at all, it does not even look.
HIDDEN = {403, 404}
FAULT = 500
# A mail with its own styles, and a hub's drawing, each shut off from everything.
OWN_POLICY = {"broadcasts.mail"}


class Walker:
    """Asks in the name of a role, and takes back whatever the request has changed."""

    def __init__(self, app: HubFlask, connection: Connection, world: World) -> None:
        self.app, self.connection, self.world = app, connection, world

    def ask_all(self, hub_id: int | None, values: dict[str, str]) -> Iterator[tuple[str, Ask, TestResponse]]:
        """(role, what was asked, answer) of every route of a site, as every role."""
        base, area = base_url(self.app, hub_id), CENTRAL if hub_id is None else HUB
        for role in ROLES:
            account_id = self.world.who(role, hub_id or self.world.there)
            signed_in = self.app.test_client()
            if account_id is not None:
                sign_in(signed_in, account_id, hub_id)
            for ask in walk(self.app, area, values):
                client = self.app.test_client()
                client._cookies = dict(signed_in._cookies or {})
                yield role, ask, self._ask(client, base, ask)

    def _ask(self, client: FlaskClient, base: str, ask: Ask) -> TestResponse:
        undo = self.connection.begin_nested()
        data = FIELDS if ask.method == "POST" else None
        try:
            return client.open(ask.path, method=ask.method, base_url=base, data=data)
        finally:
            undo.rollback()
            tenancy.forget()


@pytest.fixture
def walker(app: HubFlask, connection: Connection) -> Iterator[Walker]:
    plug.install_sandbox(app.extensions["hubapp.server"])
    app.config["WTF_CSRF_ENABLED"] = False
    app.config["PROPAGATE_EXCEPTIONS"] = False  # a fault is an answer here, told with its address
    with app.app_context():
        world = make_world(app)
    yield Walker(app, connection, world)
    app.config["WTF_CSRF_ENABLED"] = True
    app.config["PROPAGATE_EXCEPTIONS"] = None


def to_sign_in(answer: TestResponse) -> bool:
    return answer.status_code == 303 and any(path in answer.location for path in SIGN_IN)


def is_strict(ask: Ask, answer: TestResponse) -> bool:
    """Whether a page lets in the site's own scripts and styles and no others."""
    return answer.mimetype != "text/html" or (
        ask.rule.endpoint in OWN_POLICY or answer.headers["Content-Security-Policy"].startswith(CSP)
    )


def is_there(ask: Ask, answer: TestResponse) -> bool:
    """Whether something answers at the address, and not only where one would sign in for it."""
    return ask.method != "GET" or not (answer.status_code in HIDDEN or to_sign_in(answer))


def absent(there: Counter[str]) -> set[str]:
    """What no role finds, though somebody should: the map must be walked with ids of what there is."""
    return {endpoint for endpoint, count in there.items() if not count} - set(ABSENT)


def told(role: str, ask: Ask, answer: TestResponse) -> str:
    return f"{role}: {ask.method} {ask.rule.rule} {answer.status_code}"


def test_objects_of_another_hub_do_not_exist_and_are_not_shown(walker: Walker) -> None:
    wrong = []
    for role, ask, answer in walker.ask_all(walker.world.here, values_of(walker.world)):
        names_an_object = ask.rule.arguments and ask.rule.endpoint not in HARMLESS
        is_hidden = answer.status_code in HIDDEN or to_sign_in(answer)
        if (names_an_object and not is_hidden) or MARK.encode() in answer.data or answer.status_code >= FAULT:
            wrong.append(told(role, ask, answer))
    assert "\n".join(wrong) == ""


def test_nothing_breaks_on_the_hubs_own_objects_and_no_page_lets_in_foreign_scripts(walker: Walker) -> None:
    wrong, shown_to, there = [], Counter[str](), Counter[str]()
    for role, ask, answer in walker.ask_all(walker.world.there, values_of(walker.world)):
        shown_to[role] += MARK.encode() in answer.data
        there[ask.rule.endpoint] += is_there(ask, answer)
        if answer.status_code >= FAULT or not is_strict(ask, answer):
            wrong.append(told(role, ask, answer))
    assert "\n".join(wrong) == ""
    assert absent(there) == set()
    # The mark that other hubs must not show is really there.
    assert min(shown_to.values()) >= 2 < max(shown_to.values())


def test_the_console_is_open_to_the_central_team_only_and_nothing_breaks(walker: Walker) -> None:
    wrong, there = [], Counter[str]()
    for role, ask, answer in walker.ask_all(None, central_values_of(walker.world)):
        there[ask.rule.endpoint] += is_there(ask, answer)
        is_refused = to_sign_in(answer) if role == "visitor" else answer.status_code == 403
        is_open = ask.rule.endpoint.startswith("console.") and role != "central" and not is_refused
        if is_open or answer.status_code >= FAULT or not is_strict(ask, answer):
            wrong.append(told(role, ask, answer))
    assert "\n".join(wrong) == ""
    assert absent(there) == set()


def test_somebody_elses_device_is_left_alone(walker: Walker) -> None:
    owner = walker.app.test_client()
    session_id = sign_in(owner, walker.world.people["member, here"])
    stranger = walker.app.test_client()
    sign_in(stranger, walker.world.people["seller, here"])
    base = base_url(walker.app, None)
    stranger.post(f"/me/security/devices/{session_id}/end", base_url=base)
    assert owner.get("/me", base_url=base).status_code == 200
