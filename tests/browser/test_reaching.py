"""The look for what a keyboard does not get at finds it: a page with one thing wrong, and one with nothing wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.reaching import LISTENING, keyboard_faults

RIGHT = """
<style>:focus-visible { outline: 3px solid blue } html { scroll-padding-block: 5rem }
  .bar { position: sticky; top: 0; background: white; height: 4rem } p { height: 40rem }</style>
<div class="bar"><a href="/">Home</a></div>
<form><input aria-label="Name"><p></p>
<label><input type="radio" name="one">One</label><label><input type="radio" name="one">Two</label>
<input type="date" aria-label="Day"><select aria-label="Kind"><option>A</select></form>
<details><summary>More</summary><button>Hidden</button></details>
<div role="toolbar"><button>Bold</button><button tabindex="-1">Slanted</button></div>
<a href="/mug" tabindex="-1">Picture</a><p></p><a href="/mug">Mug</a>
<button disabled>Not now</button><button>Last</button>
"""
LINKS = "".join(f"<li><a href='/{number}'>{number}</a></li>" for number in range(60))
UNPADDED = f"<style>html {{ scroll-padding: 0 !important }}</style>{LINKS}"
FOOT = "<div style='position: fixed; inset: auto 0 0; height: 5rem; background: white'></div>"
WRONG = {
    "<div onclick='go()'>Go</div>": "no Tab leads here",
    "<div hx-get='/more'>More</div>": "no Tab leads here",
    "<div hx-post='/more' hx-trigger='click once'>More</div>": "no Tab leads here",
    "<li draggable='true'>Drag me</li>": "no Tab leads here",
    "<a href='/only' tabindex='-1'>Only here</a>": "no Tab leads here",
    "<span role='button'>Go</span>": "no Tab leads here",
    "<label><input type='checkbox' style='display: none'>Yes</label>": "no Tab leads to its field",
    "<div style='cursor: pointer'>Go</div>": "only a mouse acts on it",
    "<div id='heard'>Go</div><script>heard.addEventListener('click', () => {})</script>": "only a mouse acts on it",
    "<button tabindex='3'>First</button>": "a place of its own in the order of Tab",
    "<nav style='display: flex; flex-flow: row-reverse'><a href='/1'>1</a><a href='/2'>2</a></nav>": "in another order",
    "<div style='display: grid'><a href='/1'>1</a><a href='/2' style='order: -1'>2</a></div>": "read in another order",
    "<button style='outline: none'>Dim</button>": "the focus is not shown",
    "<button style='outline-color: transparent'>Dim</button>": "the focus is not shown",
    "<button style='position: absolute; left: -99rem'>Away</button>": "out of sight while it has the focus",
    "<p style='position: relative'><button>Go</button><b style='position: absolute; inset: 0'></b></p>": "out of sight",
    UNPADDED: "out of sight on the way back",
    UNPADDED + FOOT: "out of sight while it has the focus",
}
TRAP = "<button id='trap'>Stay</button><script>trap.onkeydown = (event) => event.preventDefault()</script>"
JUMP = """<button id='jump'>Jump</button>
<script>jump.onkeydown = (event) => { event.preventDefault(); document.links[0].focus(); }</script>"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One for all, with nothing behind it."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.add_init_script(LISTENING)
    yield context.new_page()
    context.close()


def found(page: Page, html: str) -> list[str]:
    page.goto("about:blank")
    page.set_content(f"<!doctype html><title>x</title><body>{html}")
    return [rule for rule, _element in keyboard_faults(page, presses=True)]


def test_nothing_is_found_where_nothing_is_wrong(page: Page) -> None:
    assert found(page, RIGHT) == []


@pytest.mark.parametrize("html", WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_found(page: Page, html: str) -> None:
    assert WRONG[html] in " ".join(found(page, RIGHT + html))


@pytest.mark.parametrize(("html", "rule"), [(TRAP, "does not get beyond"), (JUMP, "out of turn")])
def test_where_tab_does_not_go_on_is_found(page: Page, html: str, rule: str) -> None:
    (one,) = found(page, RIGHT.replace("<details>", f"{html}<details>"))
    assert rule in one
