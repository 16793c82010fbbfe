"""What app.js adds in a real browser: keys, dialogs, one click only, focus after a swap; and axe finds nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask, render_template, render_template_string
from flask.typing import ResponseReturnValue
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from hubapp.web.security import CSP
from tests.browser.looking import axe_faults, comes_true
from tests.browser.reaching import keyboard_faults
from tests.factories.gallery import gallery_app, page_context

FORM = """
{% from "components/forms.html" import error_summary, field %}{% from "components/buttons.html" import button %}
<form id="swap" method="post" action="/refused" hx-post="/refused" hx-target="this" hx-swap="outerHTML">
{{ error_summary(errors=errors) }}{{ field(name="t", label="T") }}{{ button(label="Send") }}</form>"""
PAGE = """
{% extends "layouts/hub.html" %}
{% from "components/buttons.html" import button, post_button %}{% from "components/forms.html" import stepper %}
{% block content %}<h1>Comfort</h1>
<form id="pay" method="post" action="/slow">{{ button(label="Pay") }}</form>
<div id="sure">{{ post_button(label="Withdraw", action="/slow", confirm="Withdraw this offer?") }}</div>
{{ stepper(name="q", label="How many?", value=2, max=3) }}""" + FORM + "{% endblock %}"  # fmt: skip


def comfort_app(posts: list[str]) -> Flask:
    app = gallery_app()

    @app.after_request
    def strict(response):
        response.headers["Content-Security-Policy"] = CSP
        return response

    @app.get("/")
    def page() -> str:
        return render_template_string(PAGE, errors=[], **page_context())

    @app.get("/gallery/<scheme>/<direction>")
    def gallery(scheme: str, direction: str) -> str:
        return render_template("components/_gallery.html", **page_context(scheme=scheme, dir=direction))

    @app.post("/slow")
    @app.post("/preferences")
    def slow() -> ResponseReturnValue:
        posts.append("post")
        threading.Event().wait(0.3)
        return render_template_string(PAGE, errors=[], **page_context())

    @app.post("/refused")
    def refused() -> ResponseReturnValue:
        posts.append("post")
        return render_template_string(FORM, errors=[("t", "Write something.")]), 422

    return app


@pytest.fixture(scope="module")
def posts() -> list[str]:
    return []


@pytest.fixture(scope="module")
def address(posts: list[str]) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, comfort_app(posts), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def page(browser: Browser, address: str, posts: list[str]) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    posts.clear()
    page.goto(address)
    yield page
    context.close()
    assert faults == []


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.className"))


def test_slash_opens_the_search_and_escape_closes_it(page: Page) -> None:
    page.keyboard.press("/")
    assert focused(page) == "search-everywhere"

    page.keyboard.press("Escape")
    assert not page.locator("#search").is_visible()


def test_question_mark_shows_the_keys_but_not_while_writing(page: Page) -> None:
    page.locator("#t").press("?")
    assert not page.locator("#help").is_visible()

    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()


def test_the_scheme_changes_at_once_and_is_sent(page: Page, posts: list[str]) -> None:
    page.locator("footer [data-scheme-to=dark]").click()
    comes_true(page, "document.documentElement.dataset.scheme === 'dark'")

    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    page.wait_for_timeout(400)
    assert posts == ["post"]


def test_a_double_click_sends_once(page: Page, posts: list[str]) -> None:
    page.locator("#pay button").dblclick()
    page.wait_for_timeout(900)

    assert posts == ["post"]


def test_a_question_comes_first_and_no_means_no(page: Page, posts: list[str]) -> None:
    page.locator("#sure button").click()
    page.locator("#confirm").get_by_text("Cancel").click()
    page.wait_for_timeout(100)
    assert posts == []

    page.locator("#sure button").click()
    page.locator("#confirm").get_by_text("Yes, go on").click()
    page.wait_for_timeout(600)
    assert posts == ["post"]


def test_the_stepper_stops_at_its_most(page: Page) -> None:
    more = page.get_by_role("button", name="One more")
    more.click()
    more.click()

    assert page.locator(".stepper input").input_value() == "3"


def test_after_a_refused_form_the_summary_has_the_focus(page: Page) -> None:
    page.locator("#swap button").click()
    page.wait_for_selector("[role=alert]")
    page.wait_for_timeout(100)

    assert focused(page) == "notice bad"


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize(("scheme", "direction"), [("light", "ltr"), ("dark", "rtl")])
def test_axe_finds_nothing_on_the_style_page(
    browser: Browser, address: str, scheme: str, direction: str, width: int
) -> None:
    # As tall as the page, so that the bar at the bottom of a phone does not hide half a button.
    context = browser.new_context(viewport={"width": width, "height": 17_000}, bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{address}/gallery/{scheme}/{direction}")

    found = axe_faults(page)
    sideways = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    context.close()
    assert found == []
    assert not sideways


@pytest.mark.parametrize("width", [390, 1440])
def test_a_keyboard_gets_at_everything_on_the_style_page(browser: Browser, address: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{address}/gallery/light/ltr")

    found = keyboard_faults(page, presses=True)
    context.close()
    assert found == []
