"""What is wider or longer than a phone: the strip of sections shows where one is, and amounts stay in one piece."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.site import CONNECTORS

PHONE = {"width": 390, "height": 844}
IN_VIEW = """() => {
  const link = document.querySelector('.side-nav [aria-current]').getBoundingClientRect();
  return link.left >= 0 && link.right <= document.documentElement.clientWidth;
}"""
LINES = """() => [...document.querySelectorAll('.stat-value')].map(
  value => Math.round(value.offsetHeight / parseFloat(getComputedStyle(value).lineHeight)))"""


@pytest.mark.parametrize("hub", ["nairobi", "tunis"])
def test_a_phone_shows_the_current_section_and_whole_amounts(visit: Visit, hub: str) -> None:
    connector = visit(viewport=PHONE)
    connector.sign_in(CONNECTORS[hub], hub, "/manage/")
    connector.is_at("/manage/")
    assert set(connector.page.evaluate(LINES)) == {1}
    connector.go(hub, "/manage/payouts")
    assert connector.page.evaluate(IN_VIEW)
    assert set(connector.page.evaluate(LINES)) == {1}
