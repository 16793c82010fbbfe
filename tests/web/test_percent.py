"""Percentages as each language writes them, with no digit more than they have."""

from __future__ import annotations

import pytest
from flask_babel import force_locale

from hubapp.market.catalogue.forms import tax_label
from hubapp.web.areas import HubFlask
from hubapp.web.render import percent

SPACE = "\u00a0"


@pytest.mark.parametrize(
    ("locale", "bps", "written"),
    [
        ("en", 500, "5%"),
        ("en", 550, "5.5%"),
        ("fr", 500, f"5{SPACE}%"),
        ("fr", 2055, f"20,55{SPACE}%"),
        ("ar", 500, "5%"),
    ],
)
def test_a_rate_is_written_as_its_reader_writes_it(app: HubFlask, locale: str, bps: int, written: str) -> None:
    with app.app_context(), force_locale(locale):
        assert percent(bps) == written


def test_a_tax_category_names_its_rate_that_way_too(app: HubFlask) -> None:
    with app.app_context(), force_locale("fr"):
        assert tax_label("standard", 550).endswith(f"(5,5{SPACE}%)")
