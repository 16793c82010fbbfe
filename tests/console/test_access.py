"""Who gets in: the central team, after its second factor; visitors are sent to sign in, everybody else is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hubapp.kernel.db import unit_of_work
from hubapp.money.ledger import queries as ledger
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.console.conftest import Browser
from tests.factories.accounts import base_url, make_account
from tests.factories.books import settled
from tests.factories.hubs import make_hub
from tests.factories.members import make_connector, make_member

SAMPLES = {
    "slug": "lyon",
    "step": "start",
    "account_id": "01890000-0000-7000-8000-000000000000",
    "job_id": "1",
    "host": "a.example",
    "entry_id": "01890000-0000-7000-8000-000000000001",
    "order_id": "01890000-0000-7000-8000-000000000002",
    "proposal_id": "01890000-0000-7000-8000-000000000003",
    "decision": "approve",
    "mail_id": "01890000-0000-7000-8000-000000000004",
}


def routes(app: HubFlask) -> list[tuple[str, str]]:
    """(method, path) of every console page."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("console."):
            path = rule.rule
            for name in rule.arguments:
                converters = [part for part in path.split("/") if part.endswith(f"{name}>")]
                path = path.replace(converters[0], SAMPLES[name])
            found += [(method, path) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return found


def test_there_are_console_pages(base_app: HubFlask) -> None:
    assert len(routes(base_app)) > 25


def test_visitors_are_sent_to_sign_in(app: HubFlask, no_csrf: None) -> None:
    client = app.test_client()
    for method, path in routes(app):
        answer = client.open(path, method=method, base_url=base_url(app, None))
        assert (path, answer.status_code) == (path, 303)
        assert "/sign-in?next=" in answer.location


@pytest.mark.parametrize("make", [make_member, make_connector])
def test_members_and_connectors_are_refused(
    app: HubFlask, browser_of: Callable[..., Browser], make: Callable[..., object]
) -> None:
    with app.app_context():
        account_id = make_account()
        make(make_hub("lyon"), account_id=account_id)
    browser = browser_of(account_id)
    for method, path in routes(app):
        assert (path, browser.client.open(path, method=method, base_url=browser.base).status_code) == (path, 403)


def test_the_central_team_passes_its_second_factor_first(app: HubFlask, browser_of: Callable[..., Browser]) -> None:
    with app.app_context():
        account_id = make_account(is_central=True)
    browser = browser_of(account_id, second_factor=False)
    for method, path in routes(app):
        answer = browser.client.open(path, method=method, base_url=browser.base)
        assert (path, answer.status_code) == (path, 303)
        assert "/me/security/second-factor" in answer.location


def test_every_page_opens_for_the_central_team(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        hub_id = make_hub("lyon")
        make_connector(hub_id, account_id=central.account_id)
        with hub_scope(hub_id), unit_of_work():
            order_id = settled()
            entry_id = ledger.entries_of(f"order:{order_id}")[0].id
    for method, path in routes(app):
        if method == "GET" and "preview.css" not in path:
            wanted = path.replace(SAMPLES["account_id"], str(central.account_id))
            wanted = wanted.replace(SAMPLES["order_id"], str(order_id)).replace(SAMPLES["entry_id"], str(entry_id))
            assert (path, central.get(wanted).status_code in {200, 303}) == (path, True)


def test_the_console_is_no_part_of_a_hub(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        hub_id = make_hub("lyon")
    assert central.client.get("/console/", base_url=base_url(app, hub_id)).status_code == 404
