"""What is looked for on every page: what axe finds, what no keyboard gets at, what has to be scrolled sideways."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from hubapp.kernel import clock
from tests.browser.reaching import Fault, keyboard_faults

# What is right need not be listed, and not be told: that takes most of the time. The size of what is pressed belongs
# to WCAG 2.2, which axe leaves out unless it is asked.
AXE = """axe.run({resultTypes: ["violations"], rules: {"target-size": {enabled: true}}})
  .then((said) => said.violations.map((one) => [one.id, one.nodes[0].html + "\\n" + one.nodes[0].failureSummary]))"""
# Fonts that come late move what stands beneath them, and a colour on its way to another has neither's contrast. Answers
# whether axe is there already.
AT_REST = """document.fonts.ready
  .then(() => Promise.allSettled(document.getAnimations()
    .filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime)).map((one) => one.finished)))
  .then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done("axe" in window)))))"""
# While a page comes, its last part is out of sight (core.css): none of that is left, where axe would look past it.
HIDDEN = """[...document.querySelectorAll("main > *, main > * > *, .top > .wrap > *, .foot")]
  .filter((one) => getComputedStyle(one).visibility === "hidden" && !one.matches(".htmx-indicator"))
  .map((one) => one.outerHTML.slice(0, 200))"""
NARROWEST, TALLEST = 320, 8000
PATIENCE = 60  # seconds
HEIGHT = 900

Scheme = Literal["light", "dark"]
Wrong = tuple[Scheme, str, str]


def faults(page: Page, *, width: int, schemes: Sequence[Scheme], presses: bool = False) -> list[Wrong]:
    """(scheme, rule, element that breaks it) of a page `width` by HEIGHT; on a narrow phone it has to fit as well.

    It is opened once, however many schemes it is looked at in. `presses`: Tab goes through all of it, key by key; once,
    because it goes where it does whatever the colours.
    """
    found: list[Wrong] = []
    # As tall as the page, so that the bar at the bottom of a phone does not hide half a button.
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(height, TALLEST)})
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        seen = axe_faults(page) + [("still hidden", where) for where in page.evaluate(HIDDEN)]
        found += [(scheme, *fault) for fault in seen]
    page.set_viewport_size({"width": width, "height": HEIGHT})
    for scheme in reversed(schemes):  # it is in the last one
        page.emulate_media(color_scheme=scheme)
        reached = keyboard_faults(page, presses=presses and scheme == schemes[0])
        found += [(scheme, *fault) for fault in reached]
    if not fits(page):
        found.append((schemes[0], "fits", f"{width} pixels"))
    page.set_viewport_size({"width": NARROWEST, "height": HEIGHT})
    if not fits(page):
        found.append((schemes[0], "fits", f"{NARROWEST} pixels"))
    return found


def axe_faults(page: Page) -> list[Fault]:
    """(rule, first element that breaks it and how) of all that axe finds, once nothing on the page moves any more."""
    if not page.evaluate(AT_REST):
        page.evaluate(AXE_SCRIPT)
    return [(rule, said) for rule, said in page.evaluate(AXE)]


def comes_true(page: Page, question: str, given: object = None) -> None:
    """Ask the page until it says yes.

    Playwright's own waiting takes a promise for a yes, and asks again by code out of text, which our pages forbid.
    """
    end = clock.wall() + timedelta(seconds=PATIENCE)
    while not page.evaluate(question, given):
        assert clock.wall() < end, question
        page.wait_for_timeout(200)


def fits(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways, once the page has settled after a change of size."""
    script = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    for _ in range(20):
        if page.evaluate(script):
            return True
        page.wait_for_timeout(100)
    return False
