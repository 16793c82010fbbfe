"""A phone without a network: one's own tickets are there, nothing else is, and a sign-out takes them along."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.looking import comes_true
from tests.browser.people import Person
from tests.browser.site import BUYER

KEPT = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    found[name] = (await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname);
  }
  return found;
}"""
HAS_TICKETS = "async () => (await caches.match('/me/tickets')) !== undefined"


def is_ready(person: Person) -> None:
    """The worker runs the page, and has fetched the tickets of who is signed in."""
    comes_true(person.page, "() => navigator.serviceWorker.controller !== null")
    comes_true(person.page, HAS_TICKETS)


def test_tickets_are_there_without_a_network_and_go_with_the_sign_out(visit: Visit) -> None:
    shiru = visit(service_workers="allow", viewport={"width": 390, "height": 844})
    shiru.sign_in(BUYER, "nairobi", "/me/orders")
    is_ready(shiru)
    shiru.go("nairobi", "/me/tickets")
    title = shiru.main.get_by_role("heading", level=2).first.inner_text()
    for path in ("/", "/members", "/me/earnings", "/feed"):
        shiru.go("nairobi", path)

    shiru.context.set_offline(True)
    shiru.go("nairobi", "/me/tickets")
    shiru.sees(title, "You are offline. This is what your phone keeps")
    assert shiru.main.locator("svg path").count() > 0
    expect(shiru.main.get_by_role("heading", level=1)).to_be_visible()
    for path in ("/", "/members", "/me/earnings", "/feed", "/me/tickets?when=past"):
        shiru.go("nairobi", path)
        shiru.sees("You are offline", "My tickets")
        shiru.sees_not("Shiru")
    kept = shiru.page.evaluate(KEPT)
    pages = {path for paths in kept.values() for path in paths if not path.startswith("/static/")}
    assert pages == {"/offline", "/me/tickets", "/theme.css", "/logo"}

    shiru.context.set_offline(False)
    shiru.go("nairobi", "/auth/logout")
    shiru.press("Sign out")
    shiru.sees("You are signed out")
    comes_true(shiru.page, f"async () => !(await ({HAS_TICKETS})())")
    shiru.context.set_offline(True)
    shiru.go("nairobi", "/me/tickets")
    shiru.sees("You are offline")
    shiru.sees_not(title)
    shiru.context.set_offline(False)
    # A console speaks of every address that could not be reached.
    shiru.faults[:] = [fault for fault in shiru.faults if "ERR_INTERNET_DISCONNECTED" not in fault]


def test_a_new_worker_replaces_the_old_and_its_shell(visit: Visit) -> None:
    shiru = visit(service_workers="allow")
    shiru.sign_in(BUYER, "nairobi", "/me/orders")
    is_ready(shiru)
    shiru.page.evaluate("async () => { await caches.open('shell  of-yesterday'); await caches.open('shell /h/x 1'); }")
    shiru.page.evaluate("async () => { await (await navigator.serviceWorker.getRegistration()).unregister(); }")
    shiru.go("nairobi", "/me/orders")
    comes_true(shiru.page, "async () => !(await caches.keys()).includes('shell  of-yesterday')")
    kept = shiru.page.evaluate(KEPT)
    assert "shell /h/x 1" in kept  # another hub's, on the same host
    assert len([name for name in kept if name.startswith("shell  ")]) == 1
