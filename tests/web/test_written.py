"""Amounts, numbers, days and times as each language writes them, and times as the hub's clocks show them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import render_template_string
from flask_babel import force_locale

from hubapp.kernel.money import Money
from hubapp.web.areas import HUB, Found, HubFlask
from tests.factories.hubs import make_hub

PAGE = "{{ euros | money }}|{{ dinars | money }}|{{ 1234567 | number }}|{{ day | date }}|{{ at | datetime('short') }}"
WRITTEN = {
    "en": ["€1,234.50", "TND1,234.567", "1,234,567", "Nov 3, 2026", "11/4/26, 2:30\u202fAM"],
    "fr": ["1\u202f234,50\xa0€", "1\u202f234,567\xa0TND", "1\u202f234\u202f567", "3 nov. 2026", "04/11/2026 02:30"],
    "ar": [
        "\u200f1,234.50\xa0€",
        "\u200f1,234.567\xa0د.ت.\u200f",
        "1,234,567",
        "03\u200f/11\u200f/2026",
        "4\u200f/11\u200f/2026، 2:30 ص",
    ],
}


@pytest.mark.parametrize("locale", WRITTEN)
def test_everything_is_written_as_its_reader_writes_it(app: HubFlask, locale: str) -> None:
    with app.app_context():
        hub_id = make_hub("nairobi", timezone="Africa/Nairobi")
    values = {
        "euros": Money(123450, "EUR"),
        "dinars": Money(1234567, "TND"),
        "day": date(2026, 11, 3),
        "at": datetime(2026, 11, 3, 23, 30, tzinfo=UTC),
    }
    with app.test_request_context("/", environ_overrides={"hubapp.found": Found(HUB, hub_id=hub_id)}):
        app.preprocess_request()
        with force_locale(locale):
            assert render_template_string(PAGE, **values).split("|") == WRITTEN[locale]
