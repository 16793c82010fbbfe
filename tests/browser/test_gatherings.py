"""Gatherings from an idea to the door, with and without a script, and at a door where the network drops."""

from __future__ import annotations

import re

import segno
from playwright.sync_api import expect

from hubapp.kernel import ids
from tests.browser.conftest import EACH_WAY, PHONE, Visit, Way
from tests.browser.looking import comes_true
from tests.browser.people import Person
from tests.browser.site import BUYER, HOST, POTTER
from tests.browser.steps import plan, register


@EACH_WAY
def test_a_gathering_is_planned_filled_and_checked_in(visit: Visit, way: Way) -> None:
    title = f"Lantern evening {ids.short_code(4)}"
    wambui, shiru, makena = (visit(**way) for _ in range(3))
    wambui.sign_in(HOST, "nairobi", "/manage/events")
    wambui.sees("Plan a gathering")
    manage = plan(wambui, title)
    register(shiru, BUYER, title)
    shiru.sees("You are coming")
    register(makena, POTTER, title)
    makena.sees("Number 1 on the waiting list")
    shiru.agree("Give my seats back")
    shiru.sees("you are not registered any more")
    makena.page.reload()
    makena.sees("You are coming")
    makena.follow("Your tickets")
    card = makena.main.locator("article", has_text=title)
    code = card.locator(".url").inner_text()
    wambui.page.goto(f"{manage}/checkin")
    wambui.write("Code of the ticket", code.lower())
    wambui.press("Let in")
    wambui.sees(re.compile("Makena Gitonga( is|:) in"))
    wambui.page.reload()
    wambui.sees("1 of 1 are in")
    wambui.press(re.compile("^Undo"))
    wambui.sees("0 of 1 are in")


def door(visit: Visit, *, script: str = "", **options: str) -> Person:
    """The connector on a phone at the door of a gathering of her own, to which two people come."""
    title = f"Lantern evening {ids.short_code(4)}"
    wambui = visit(viewport=PHONE, **options)
    if script:
        wambui.page.add_init_script(script)
    wambui.sign_in(HOST, "nairobi", "/manage/events")
    wambui.sees("Plan a gathering")
    manage = plan(wambui, title, seats=2)
    for address in (BUYER, POTTER):
        guest = visit()
        register(guest, address, title)
        guest.sees("You are coming")
    wambui.page.goto(f"{manage}/checkin")
    wambui.sees("0 of 2 are in")
    return wambui


def test_the_door_goes_on_without_a_network_and_sends_later(visit: Visit) -> None:
    wambui = door(visit)
    wambui.page.wait_for_load_state("networkidle")
    wambui.context.set_offline(True)
    row = wambui.main.locator("li[data-code]").first
    row.get_by_role("button").click()
    wambui.sees("No network. Go on", "in, not sent yet")
    wambui.context.set_offline(False)
    wambui.sees("1 of 2 are in")
    wambui.page.reload()
    wambui.sees("1 of 2 are in")
    wambui.press(re.compile("^Undo"))
    wambui.sees("0 of 2 are in")
    wambui.faults[:] = [fault for fault in wambui.faults if "ERR_INTERNET_DISCONNECTED" not in fault]


# Stands in for a phone: a camera before which a code is held, as black squares on white; `hold` shows another one.
CAMERA = """
  const sheet = Object.assign(document.createElement("canvas"), { width: 640, height: 480 }).getContext("2d");
  let rows = [];
  window.hold = (code) => { rows = code; };
  setInterval(() => {
    sheet.fillStyle = "white";
    sheet.fillRect(0, 0, 640, 480);
    sheet.fillStyle = "black";
    rows.forEach((row, y) => row.forEach((dark, x) => dark && sheet.fillRect(120 + 9 * x, 60 + 9 * y, 9, 9)));
  }, 40);
  navigator.mediaDevices.getUserMedia = async () => sheet.canvas.captureStream();
"""
# A browser that reads codes by itself, and one that does not.
READS = """
  window.BarcodeDetector = class {
    static async getSupportedFormats() { return ["qr_code"]; }
    async detect() { return window.seen ? [{ rawValue: window.seen }] : []; }
  };
"""
READS_NOT = "delete window.BarcodeDetector;"
LOADED = "() => performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/jsQR.js'))"
IS_KEPT = "async () => Boolean(await caches.match(location.pathname) && await caches.match(%s))"


def hold(person: Person, code: str) -> None:
    """A ticket is held before the camera: what its code leads to, drawn as it is printed."""
    address = person.site.url("nairobi", f"/ticket/{code}")
    rows = [[int(dark) for dark in row] for row in segno.make(address, micro=False, error="q").matrix]
    person.page.evaluate("rows => hold(rows)", rows)


def test_a_code_before_the_camera_lets_in_once(visit: Visit) -> None:
    wambui = door(visit, script=CAMERA + READS)
    code = wambui.main.locator("li[data-code]").last.get_attribute("data-code")
    wambui.press("Scan with the camera")
    wambui.page.evaluate("code => { window.seen = `https://tulia.example/ticket/${code}`; }", code)
    wambui.sees("1 of 2 are in")
    assert not wambui.page.evaluate(LOADED)
    wambui.page.reload()
    wambui.sees("1 of 2 are in")
    wambui.press(re.compile("^Undo"))
    wambui.sees("0 of 2 are in")


def test_a_phone_that_cannot_read_codes_reads_them_all_the_same_also_after_a_reload_offline(visit: Visit) -> None:
    wambui = door(visit, script=CAMERA + READS_NOT, service_workers="allow")
    first, second = (str(row.get_attribute("data-code")) for row in wambui.main.locator("li[data-code]").all())
    comes_true(wambui.page, "() => navigator.serviceWorker.controller !== null")
    comes_true(wambui.page, IS_KEPT % "document.querySelector('[data-door]').dataset.decoder")
    wambui.press("Scan with the camera")
    hold(wambui, first)
    wambui.sees("1 of 2 are in")

    wambui.context.set_offline(True)
    wambui.page.reload()
    wambui.sees("You are offline. Go on", "1 of 2 are in")
    wambui.press("Scan with the camera")
    hold(wambui, second)
    wambui.sees("in, not sent yet")
    wambui.page.reload()
    wambui.sees("1 of 2 are in", "in, not sent yet")
    expect(wambui.main.locator("li.is-in")).to_have_count(2)
    wambui.context.set_offline(False)
    wambui.sees("2 of 2 are in")

    address = wambui.page.url
    wambui.go("nairobi", "/auth/logout")
    wambui.press("Sign out")
    wambui.sees("You are signed out")
    wambui.context.set_offline(True)
    wambui.page.goto(address)
    wambui.sees("You are offline", "My tickets")
    wambui.sees_not("Makena")
    wambui.context.set_offline(False)
    wambui.faults[:] = [fault for fault in wambui.faults if "ERR_INTERNET_DISCONNECTED" not in fault]
