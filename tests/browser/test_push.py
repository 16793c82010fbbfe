"""A device that shows notices: switched on by a click, shown by the service worker, and clicked."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import CDPSession

from tests.browser.conftest import Visit
from tests.browser.people import Person
from tests.browser.site import BUYER
from tests.browser.test_offline import comes_true
from tests.factories.pushing import Subscriber

SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(
  ({ title, body, tag, data }) => ({ title, body, tag, data }))"""
# No push service can be reached from here: the browser answers as if one had been.
SUBSCRIBES = """(() => {
  PushManager.prototype.getSubscription = async () => null;
  PushManager.prototype.subscribe = async (wish) => {
    if (!wish.userVisibleOnly || wish.applicationServerKey.length !== 87) throw new TypeError("not like this");
    return %s;
  };
})()"""


def told(tag: str, title: str) -> str:
    data = {"page": "feed", "open": "notifications"}
    return json.dumps({"title": title, "body": "The Bench", "lang": "en", "dir": "ltr", "tag": tag, "data": data})


def registration(person: Person) -> tuple[CDPSession, str]:
    """The browser's own name for the worker of the page."""
    session, found = person.context.new_cdp_session(person.page), []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    session.send("ServiceWorker.enable")
    while not found:
        person.page.wait_for_timeout(100)
    return session, found[0]["registrationId"]


def test_what_is_pushed_is_shown_and_what_comes_on_top_replaces_it(visit: Visit) -> None:
    shiru = visit(service_workers="allow", permissions=["notifications"])
    shiru.sign_in(BUYER, "nairobi", "/feed")
    comes_true(shiru, "() => navigator.serviceWorker.controller !== null")
    session, number = registration(shiru)
    for tag, title in (("a", "First"), ("b", "Other"), ("a", "Second")):
        message: dict[str, Any] = {
            "origin": shiru.site.url("nairobi", ""),
            "registrationId": number,
            "data": told(tag, title),
        }
        session.send("ServiceWorker.deliverPushMessage", message)
        comes_true(shiru, f"async () => (await ({SHOWN})()).some(({{ title }}) => title === '{title}')")
    shown = {one["tag"]: one for one in shiru.page.evaluate(SHOWN)}
    assert {tag: one["title"] for tag, one in shown.items()} == {"a": "Second", "b": "Other"}
    assert shown["a"]["data"] == {"page": "feed", "open": "notifications"}


def test_a_click_switches_the_device_on_and_the_list_off(visit: Visit) -> None:
    shiru = visit(service_workers="allow", permissions=["notifications"])
    subscription = Subscriber().subscription("https://push.example.net/1")
    shiru.context.add_init_script(SUBSCRIBES % subscription)
    shiru.sign_in(BUYER, "nairobi", "/me/notifications")
    shiru.press("Show notices on this device")
    shiru.sees("Notices now come to this device.", "This device")
    shiru.press("Switch off")
    shiru.sees("Notices no longer come to that device.")


def test_a_browser_that_does_not_allow_it_is_told_so(visit: Visit) -> None:
    shiru = visit(service_workers="allow")
    shiru.context.add_init_script("PushManager.prototype.subscribe = async () => { throw new Error('denied'); };")
    shiru.sign_in(BUYER, "nairobi", "/me/notifications")
    shiru.press("Show notices on this device")
    shiru.sees("Your browser does not allow it.")
