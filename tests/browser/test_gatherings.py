"""Gatherings from an idea to the door, with and without a script, and at a door where the network drops."""

from __future__ import annotations

import re

from hubapp.kernel import ids
from tests.browser.conftest import EACH_WAY, PHONE, Visit, Way
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


def door(visit: Visit, *, script: str = "") -> Person:
    """The connector on a phone at the door of a gathering of her own, to which two people come."""
    title = f"Lantern evening {ids.short_code(4)}"
    wambui = visit(viewport=PHONE)
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


# Stands in for a phone: a camera that shows a flicker, and a reader that sees one ticket in it.
CAMERA = """
  const canvas = document.createElement("canvas");
  setInterval(() => canvas.getContext("2d").fillRect(0, 0, Math.random() * 9, 9), 40);
  window.BarcodeDetector = class { async detect() { return window.seen ? [{ rawValue: window.seen }] : []; } };
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream();
"""


def test_a_code_before_the_camera_lets_in_once(visit: Visit) -> None:
    wambui = door(visit, script=CAMERA)
    code = wambui.main.locator("li[data-code]").last.get_attribute("data-code")
    wambui.press("Scan with the camera")
    wambui.page.evaluate("code => { window.seen = `https://tulia.example/ticket/${code}`; }", code)
    wambui.sees("1 of 2 are in")
    wambui.page.reload()
    wambui.sees("1 of 2 are in")
    wambui.press(re.compile("^Undo"))
    wambui.sees("0 of 2 are in")
