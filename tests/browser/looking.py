"""What is looked for on every page: what axe finds, and whether anything has to be scrolled sideways."""

from __future__ import annotations

from contextlib import suppress

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as NotInTime

# What is right need not be listed: that takes most of the time.
AXE = {"resultTypes": ["violations"]}
NARROWEST, TALLEST = 320, 8000
Fault = tuple[str, str]


def faults(page: Page, *, width: int) -> list[Fault]:
    """(rule, first element that breaks it) of a page `width` pixels wide; on a narrow phone it has to fit as well."""
    # As tall as the page, so that the bar at the bottom of a phone does not hide half a button.
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(height, TALLEST)})
    violations = Axe().run(page, options=AXE).response["violations"]
    found = [(one["id"], one["nodes"][0]["html"]) for one in violations]
    for wide in (width, NARROWEST):
        page.set_viewport_size({"width": wide, "height": 900})
        if not fits(page):
            found.append(("fits", f"{wide} pixels"))
    return found


def fits(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways, once the page has settled after a change of size."""
    script = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    with suppress(NotInTime):
        page.wait_for_function(script, timeout=2000)
    return bool(page.evaluate(script))
