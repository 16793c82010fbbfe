"""A phone without a network: one's own tickets are there, nothing else is, and a sign-out takes them along."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.looking import comes_true
from tests.browser.people import Person
from tests.browser.site import BUYER, POTTER

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


def keeps(person: Person, path: str) -> None:
    """This page is on the phone, now or in a moment."""
    comes_true(person.page, f"async () => (await caches.match('{path}')) !== undefined")


def tickets_of(person: Person) -> list[str]:
    """The addresses of the tickets on the page, as soon as the phone keeps them all."""
    found = [link.get_attribute("href") or "" for link in person.main.locator(".qr a").all()]
    for path in found:
        keeps(person, path)
    return found


def without_network(person: Person) -> None:
    """A console speaks of every address that could not be reached."""
    person.faults[:] = [fault for fault in person.faults if "ERR_INTERNET_DISCONNECTED" not in fault]


def test_tickets_are_there_without_a_network_and_go_with_the_sign_out(visit: Visit) -> None:
    shiru = visit(service_workers="allow", viewport={"width": 390, "height": 844})
    shiru.sign_in(BUYER, "nairobi", "/me/orders")
    is_ready(shiru)
    shiru.go("nairobi", "/me/tickets")
    title = shiru.main.get_by_role("heading", level=2).first.inner_text()
    tickets = tickets_of(shiru)
    assert tickets
    for path in ("/", "/members", "/me/earnings", "/feed"):
        shiru.go("nairobi", path)

    shiru.context.set_offline(True)
    shiru.go("nairobi", "/me/tickets")
    shiru.sees(title, "You are offline. This is what your phone keeps")
    expect(shiru.main.locator(".qr-code svg").first).to_be_visible()
    expect(shiru.main.get_by_role("heading", level=1)).to_be_visible()
    shiru.main.locator(".qr a").first.click()
    shiru.is_at(tickets[0])
    for path in tickets:
        shiru.go("nairobi", path)
        shiru.sees(path.rsplit("/", 1)[1], "You are offline. This is what your phone keeps")
        expect(shiru.main.locator(".qr-code svg")).to_be_visible()
    for path in ("/", "/members", "/me/earnings", "/feed", "/me/tickets?when=past"):
        shiru.go("nairobi", path)
        shiru.sees("You are offline", "My tickets")
        shiru.sees_not("Shiru")
    kept = shiru.page.evaluate(KEPT)
    pages = {path for paths in kept.values() for path in paths if not path.startswith("/static/")}
    assert pages == {"/offline", "/me/tickets", "/theme.css", "/logo", *tickets}

    shiru.context.set_offline(False)
    shiru.go("nairobi", "/auth/logout")
    shiru.press("Sign out")
    shiru.sees("You are signed out")
    comes_true(shiru.page, f"async () => !(await ({HAS_TICKETS})())")
    shiru.context.set_offline(True)
    for path in ("/me/tickets", *tickets):
        shiru.go("nairobi", path)
        shiru.sees("You are offline")
        shiru.sees_not(title)
    shiru.context.set_offline(False)
    without_network(shiru)


def test_a_ticket_that_is_not_kept_by_itself_stands_in_the_list(visit: Visit) -> None:
    shiru = visit(service_workers="allow")
    shiru.sign_in(BUYER, "nairobi", "/me/orders")
    is_ready(shiru)
    shiru.go("nairobi", "/me/tickets")
    ticket = tickets_of(shiru)[-1]
    shiru.page.evaluate("async (path) => { await (await caches.open('mine ')).delete(path); }", ticket)
    shiru.context.set_offline(True)
    shiru.go("nairobi", ticket)
    shiru.sees("Your tickets", ticket.rsplit("/", 1)[1], "This is what your phone keeps")
    shiru.context.set_offline(False)
    without_network(shiru)


def test_a_shared_phone_keeps_the_tickets_of_who_is_signed_in_and_no_others(visit: Visit) -> None:
    shared = visit(service_workers="allow")
    shared.sign_in(BUYER, "nairobi", "/me/orders")
    is_ready(shared)
    shared.go("nairobi", "/me/tickets")
    hers = tickets_of(shared)
    shared.page.evaluate(
        "async () => { await (await caches.open('mine ')).put('/ticket/ANOTHER', new Response('x')); }"
    )
    shared.go("nairobi", "/me/tickets")
    comes_true(shared.page, "async () => (await caches.match('/ticket/ANOTHER')) === undefined")

    shared.context.clear_cookies()  # the session ends, and nobody signs out
    shared.sign_in(POTTER, "nairobi", "/me/orders")
    is_ready(shared)
    shared.go("nairobi", "/me/tickets")
    tickets_of(shared)
    kept = {path for paths in shared.page.evaluate(KEPT).values() for path in paths}
    assert kept.isdisjoint(hers)


def test_what_arrives_after_the_sign_out_is_not_kept(visit: Visit) -> None:
    """The worker opens its shelf before it asks: one that was thrown away meanwhile takes nothing back."""
    shiru = visit(service_workers="allow")
    shiru.sign_in(BUYER, "nairobi", "/me/orders")
    is_ready(shiru)
    found = shiru.page.evaluate("""async () => {
      const shelf = await caches.open("mine of somebody");
      await caches.delete("mine of somebody");
      await shelf.put("/ticket/LATE", new Response("late"));
      return [await caches.has("mine of somebody"), (await caches.match("/ticket/LATE")) === undefined];
    }""")
    assert found == [False, True]


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
