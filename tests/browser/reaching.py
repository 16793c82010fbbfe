"""What a keyboard gets at: all that a mouse acts on, in the order of reading, seen and marked, and on to the end."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Page

Fault = tuple[str, str]
LOOKED_AT = Path(__file__).with_name("reaching.js").read_text()
# Notes which elements listen for a mouse by themselves; has to be there before the page's own scripts.
LISTENING = """{
  const listen = EventTarget.prototype.addEventListener;
  window.pressedBy = new Set();
  EventTarget.prototype.addEventListener = function (name, ...more) {
    if (this instanceof Element && /^(click|dblclick|mousedown|pointerdown|dragstart)$/.test(name)) pressedBy.add(this);
    return listen.call(this, name, ...more);
  };
}"""
# Where Tab was, by places among those where it should stop: a field for a day has several stops inside.
PLACES = """stopped.map((one) => stops.indexOf(one)).filter((here, at, all) => here >= 0 && here !== all[at - 1])"""
AT_ONCE, MOST = 10, 600


def keyboard_faults(page: Page, *, presses: bool = False) -> list[Fault]:
    """(rule, element) of all that is wrong for a keyboard; where it `presses`, Tab also goes through the whole page."""
    page.keyboard.press("Tab")
    found: list[Fault] = [(rule, html) for rule, html in page.evaluate(LOOKED_AT)]
    return found + _walked(page) if presses and not found else found


def _walked(page: Page) -> list[Fault]:
    """Press Tab until it has been everywhere and goes on with the first again: once round, wherever it begins."""
    count = int(page.evaluate("stops.length"))
    places: list[int] = []
    for _ in range(0, MOST, AT_ONCE):
        for _ in range(AT_ONCE):
            page.keyboard.down("Tab")  # held down: to let go of it each time would take as long again
        page.keyboard.up("Tab")
        places = page.evaluate(PLACES)
        if len(places) > count:
            break
    html = "(place) => stops[place].outerHTML.slice(0, 200)"
    wrong = [there for here, there in pairwise(places) if there != (here + 1) % count]
    if wrong:
        return [("Tab gets here out of turn", page.evaluate(html, wrong[0]))]
    if count > 1 and len(places) <= count:
        return [("Tab does not get beyond this", page.evaluate(html, places[-1]) if places else "the beginning")]
    return []
