"""Two sites in one application: whoever is sent to another address stays on the site that they asked."""

from __future__ import annotations

import pytest

from hubapp.web.areas import HubFlask
from tests.factories.hubs import make_hub

HUB, PATH_FORM, CENTRAL = "http://lyon.localhost:8000", "http://localhost:8000/h/lyon", "http://localhost:8000"


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        (f"{HUB}/manage?tab=1", f"{HUB}/manage/?tab=1"),
        (f"{HUB}/feed//new", f"{HUB}/feed/new"),
        (f"{PATH_FORM}/manage", f"{PATH_FORM}/manage/"),
        (f"{CENTRAL}/console", f"{CENTRAL}/console/"),
    ],
)
def test_an_address_that_is_nearly_right_leads_to_the_right_one_on_its_site(
    app: HubFlask, asked: str, there: str
) -> None:
    with app.app_context():
        make_hub("lyon")
    host = asked.split("/")[2]
    answer = app.test_client().get(asked.split(host, 1)[1], base_url=f"http://{host}")
    assert (answer.status_code, answer.location) == (308, there)
