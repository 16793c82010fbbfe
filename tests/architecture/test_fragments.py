"""Every form on every page: what stays on the page answers htmx with a part of it, what leads elsewhere says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.engine import Connection
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from hubapp.money.payments import plug
from hubapp.tenancy import queries as tenancy
from hubapp.web.areas import CENTRAL, HUB, HubFlask
from tests.factories.accounts import base_url, sign_in
from tests.factories.walking import central_values_of, values_of, walk
from tests.factories.way_home import Node, tree_of
from tests.factories.world import World, make_world

# Whoever sees most of a page first.
ROLES = {HUB: ("connector", "seller", "member", "visitor"), CENTRAL: ("central", "member", "visitor")}
# Why a form answers with another page than the one it stands on, and who does.
BECAUSE = {
    "who one is changes, or what one may, and with it everything around the page": (
        "accounts.code_given accounts.confirmed accounts.forgotten accounts.reset_done accounts.second_factor_changed "
        "accounts.second_factor_enabled accounts.sign_up_again accounts.signed_in accounts.signed_out "
        "accounts.signed_up sso.logged_out departures.leave departures.lay_down membership.join checkout.join "
        "handover.answer handover.decline"
    ),
    "language, colours or menus of the whole page change": (
        "preferences_hub preferences_central accounts.me_saved switching.save brand.save brand.preview versions.restore"
    ),
    "leads to where one pays, or opens an account at the provider": (
        "checkout.place checkout.cancel gatherings.pay subscribing.subscribe subscriptions.pay subscriptions.card "
        "payouts.open_account sandbox.pay sandbox.authenticate sandbox.onboarding"
    ),
    "leads to the page of what was made, or to where it is read": (
        "basket.put broadcasts.new broadcasts.edit console.create_plan console.check_plan console.save_plan "
        "console.propose_payouts console.propose_retainer conversations.write conversations.edit "
        "conversations.edit_comment manage_gatherings.new manage_gatherings.publish membership_manage.invites "
        "messages.start selling.new selling.publish team.add writing.index manage_moderation.act_about"
    ),
    "one step of several, each a page of its own": "console.new_hub_step console.preview console.review",
    "a page of its own for one question, which leads back to where one came from": (
        "console.accept_dispute console.appeal console.dismiss_connector console.freeze console.lift "
        "console.name_connector console.refund console.take_back "
        "house_rules.appeal house_rules.report invoices.correct manage_gatherings.cancel "
        "manage_listings.take_down manage_orders.cancel refunds.ask refunds.by_hub refunds.by_seller sales.cancel "
        "subscriptions.cancel"
    ),
    "one comes to it from a mail, and mail programs send it too": "notices.unsubscribe notices_central.unsubscribe",
    "what the page is about is gone, or out of sight for whom it stood before": (
        "console.discard_plan console.start_over conversations.delete messages.leave"
    ),
    "a script of its own sends it, which asks the browser or works without a network": (
        "checkin.check_in checkin.undo notices.device_on notices.device_off notices_central.device_off"
    ),
}
ELSEWHERE = {endpoint: reason for reason, endpoints in BECAUSE.items() for endpoint in endpoints.split()}


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it stands on a page, and what sending it does."""

    page: str
    endpoint: str
    path: str
    form: Node
    within: Node

    @property
    def is_part(self) -> bool:
        """Whether htmx sends it, and not only what is typed in it while one types."""
        given = self.form.attributes
        is_typed = given.get("hx-trigger", "submit").split()[0] in {"input", "change"}
        return "hx-boost" in given or ("hx-post" in given and not is_typed)

    @property
    def fields(self) -> dict[str, str]:
        """What it holds, and something where it is empty."""
        found: dict[str, str] = {}
        for node in self.form.walk():
            name, kind = node.attributes.get("name"), node.attributes.get("type", "")
            if not name or kind == "file":
                continue
            is_one_of = kind in {"radio", "checkbox", "submit"} or node.tag == "button"
            if is_one_of and name in found and "checked" not in node.attributes:
                continue
            if kind == "checkbox" and "checked" not in node.attributes:
                continue
            found[name] = _value(node)
        return found


def _value(node: Node) -> str:
    if node.tag == "select":
        options = [one for one in node.walk() if one.tag == "option"]
        chosen = [one for one in options if "selected" in one.attributes] or options[:1]
        return chosen[0].attributes.get("value", "") if chosen else ""
    if node.tag == "textarea":
        return "".join(node.texts).strip() or "Changed"
    return node.attributes.get("value") or ("1" if node.attributes.get("type") == "number" else "Changed")


class Sender:
    """Opens every page as every role and finds its forms; sends one, and takes back what that changed."""

    def __init__(self, app: HubFlask, connection: Connection, world: World) -> None:
        self.app, self.connection, self.world = app, connection, world
        self.browsers: dict[tuple[UUID, int | None], FlaskClient] = {}

    def forms(self, area: str) -> Iterator[tuple[FlaskClient, str, Sent]]:
        """Each kind of form of each page once, with the browser of the first who may open it."""
        hub_id = self.world.there if area == HUB else None
        values = values_of(self.world) if area == HUB else central_values_of(self.world)
        base, seen = base_url(self.app, hub_id), set[tuple[str, str, bool]]()
        for ask in walk(self.app, area, values):
            if ask.method != "GET":
                continue
            client, text = self._opened(area, hub_id, ask.path)
            for sent in self._of(area, ask.path, text):
                kind = (sent.endpoint, ask.rule.endpoint, sent.is_part)
                if kind not in seen:
                    seen.add(kind)
                    yield client, base, sent

    def _opened(self, area: str, hub_id: int | None, path: str) -> tuple[FlaskClient, str]:
        client = self.app.test_client()
        for role in ROLES[area]:
            client, account_id = self.app.test_client(), self.world.who(role, self.world.there)
            if account_id is not None:
                client._cookies = dict(self._signed_in(account_id, hub_id)._cookies or {})
            undo = self.connection.begin_nested()
            answer = client.get(path, base_url=base_url(self.app, hub_id))
            undo.rollback()
            if answer.status_code == 200 and answer.mimetype == "text/html" and "<html" in answer.text:
                return client, answer.text
        return client, ""

    def _signed_in(self, account_id: UUID, hub_id: int | None) -> FlaskClient:
        if (account_id, hub_id) not in self.browsers:
            client = self.browsers[account_id, hub_id] = self.app.test_client()
            sign_in(client, account_id, hub_id)
        return self.browsers[account_id, hub_id]

    def _of(self, area: str, page: str, text: str) -> Iterator[Sent]:
        adapter, tree = self.app.url_map.bind("localhost", subdomain=area), tree_of(text)
        for form in tree.walk():
            if form.tag != "form" or form.attributes.get("method") != "post":
                continue
            buttons = [node.attributes["formaction"] for node in form.walk() if node.attributes.get("formaction")]
            for action in [form.attributes.get("action", ""), *buttons]:
                path = urlsplit(action).path or page
                try:
                    endpoint, _arguments = adapter.match(path, method="POST")
                except HTTPException:
                    endpoint = f"nothing at {path}"
                yield Sent(page, endpoint, action or page, form, tree)

    def send(self, client: FlaskClient, base: str, sent: Sent) -> TestResponse:
        """As htmx sends it."""
        headers = {
            "HX-Request": "true",
            "HX-Request-Type": "partial",
            "HX-Current-URL": base.rstrip("/") + sent.page,
            "HX-Target": f"div{sent.form.attributes.get('hx-target', '')}",
        }
        undo = self.connection.begin_nested()
        try:
            return client.post(sent.path, base_url=base, data=sent.fields, headers=headers)
        finally:
            undo.rollback()
            tenancy.forget()


@pytest.fixture
def sender(app: HubFlask, connection: Connection) -> Iterator[Sender]:
    plug.install_sandbox(app.extensions["hubapp.server"])
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        world = make_world(app)
    yield Sender(app, connection, world)
    app.config["WTF_CSRF_ENABLED"] = True


def leads_away(answer: TestResponse) -> str:
    """Where an answer sends the browser, if it does."""
    return answer.headers.get("HX-Redirect", "") or answer.headers.get("Location", "")


@pytest.mark.parametrize(("area", "least"), [(HUB, 30), (CENTRAL, 8)])
def test_a_form_changes_its_part_of_the_page_or_says_why_it_leads_elsewhere(
    sender: Sender, area: str, least: int
) -> None:
    wrong, done = [], Counter[str]()
    for client, base, sent in sender.forms(area):
        told = f"{sent.page}: {sent.endpoint}"
        if not sent.is_part:
            if sent.endpoint not in ELSEWHERE:
                wrong.append(f"{told} loads a whole page, and nobody says why")
            continue
        answer = sender.send(client, base, sent)
        target = sent.form.attributes.get("hx-target", "")[1:]
        if not any(node.attributes.get("id") == target for node in sent.within.walk()):
            wrong.append(f"{told} has no part #{target}")
        if leads_away(answer) or b"<html" in answer.data:
            wrong.append(f"{told} answers {answer.status_code} and leads to {leads_away(answer) or 'a whole page'}")
        done[f"{answer.status_code}"] += 1
    assert sorted(wrong) == []
    assert done["200"] >= least, done


def test_only_what_there_is_leads_elsewhere(base_app: HubFlask) -> None:
    posted = {rule.endpoint for rule in base_app.url_map.iter_rules() if "POST" in (rule.methods or set())}

    assert set(ELSEWHERE) - posted == set()
