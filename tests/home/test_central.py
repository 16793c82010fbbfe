"""The network's own site: its hubs, its legal pages, its health."""

from __future__ import annotations

import re

from hubapp.kernel.db import unit_of_work
from hubapp.kernel.paths import HUBS
from hubapp.tenancy import services
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.packs import load
from hubapp.tenancy.platform import platform_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub
from tests.support.browsing import Browser
from tests.support.queries import counted


def test_the_front_page_shows_hubs_in_their_own_colours(app: HubFlask) -> None:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        hub_id = services.open_hub(pack=load.by_slug(HUBS, "lyon"), actor=SYSTEM, now=NOW)
    browser = Browser(app, None)
    page = browser.get("/")
    assert page.status_code == 200
    assert "http://lyon.localhost:8000/" in page.text
    assert f'class="hub-card hub-{hub_id}"' in page.text
    css = browser.get(f"/cards.css?hubs={hub_id}-1").text
    assert f".hub-{hub_id} {{" in css
    assert "#1d3fa6" in css
    assert not re.search("font|display", css)  # three hubs' own faces would weigh as much as the page


def test_cards_css_takes_numbers_only(app: HubFlask) -> None:
    css = Browser(app, None).get("/cards.css?hubs=x,%7B%7D,99999999999999999999,-1,²")
    assert (css.status_code, css.text) == (200, "")


def test_the_directory_is_paged_by_key_and_searched(app: HubFlask) -> None:
    with app.app_context():
        for number in range(30):
            make_hub(f"hub-{number:02}", name=f"Place {number:02}")
    browser = Browser(app, None)
    first = browser.get("/hubs").text
    assert "Place 23" in first
    assert "Place 24" not in first
    assert "Place 29" in browser.get("/hubs?after=hub-23").text
    found = browser.get("/hubs?q=place+07").text
    assert "Place 07" in found
    assert "Place 08" not in found
    assert "No hub found" in browser.get("/hubs?q=%25").text


def test_closed_hubs_are_not_listed(app: HubFlask) -> None:
    with app.app_context():
        make_hub("gone", name="Gone hub", status="closed")
    assert "Gone hub" not in Browser(app, None).get("/hubs").text


def test_the_network_front_page_costs_the_same_for_any_number_of_hubs(app: HubFlask) -> None:
    with app.app_context():
        for number in range(10):
            make_hub(f"hub-{number:02}")
    browser = Browser(app, None)
    browser.get("/")
    with counted() as statements:
        browser.get("/")
    assert len(statements) <= 3, statements


def test_legal_pages_of_the_network(app: HubFlask) -> None:
    browser = Browser(app, None)
    assert [browser.get(f"/p/{slug}").status_code for slug in ("terms", "privacy", "imprint")] == [200, 200, 200]
    assert browser.get("/p/../etc").status_code == 404


def test_an_unknown_hub_is_a_helpful_404(app: HubFlask) -> None:
    page = app.test_client().get("/", base_url="http://nowhere.localhost:8000/")
    assert page.status_code == 404
    assert "nowhere" in page.text
    assert "http://localhost:8000/" in page.text


def test_health_is_alive_and_ready(app: HubFlask) -> None:
    browser = Browser(app, None)
    assert browser.get("/healthz").text == "ok\n"
    assert browser.get("/readyz").text == "ready\n"


def test_metrics_are_for_this_machine_or_with_the_token(app: HubFlask) -> None:
    browser = Browser(app, None)
    assert "hubapp_answers_total" in browser.get("/metrics").text
    assert browser.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404
    assert browser.get("/metrics", environ_overrides={"REMOTE_ADDR": "203.0.113.9"}).status_code == 404
