"""Countries, currencies, time zones and languages to choose from, in the reader's language."""

from __future__ import annotations

import zoneinfo
from functools import lru_cache

from babel import Locale
from babel.numbers import get_currency_name, get_territory_currencies, is_currency
from flask_babel import get_locale

from hubapp.tenancy.packs.settings import is_country
from hubapp.web.locales import NETWORK

Choices = tuple[tuple[str, str], ...]


def countries() -> Choices:
    """(code, name) by name."""
    return _countries(_language())


def currencies() -> Choices:
    """(code, code with name) of the money that is legal tender somewhere today."""
    return _currencies(_language())


@lru_cache(maxsize=1)
def timezones() -> Choices:
    """(name, name as read) by name."""
    places = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith(_NO_PLACES))
    return (("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places))


_NO_PLACES = ("Etc/", "SystemV/", "US/", "posix/", "right/")


def languages() -> Choices:
    """(code, own name) of the languages that the interface speaks."""
    return tuple((code, str(Locale.parse(code).get_display_name() or code).capitalize()) for code in NETWORK)


def country_name(code: str) -> str:
    """A country in words."""
    return dict(countries()).get(code, code)


def _language() -> str:
    return str(get_locale() or "en")


@lru_cache(maxsize=16)
def _countries(language: str) -> Choices:
    names = Locale.parse(language).territories
    codes = [str(code) for code in Locale("en").territories]
    known = [(code, str(names[code])) for code in codes if is_country(code) and code in names]
    return tuple(sorted(known, key=lambda pair: pair[1].casefold()))


@lru_cache(maxsize=16)
def _currencies(language: str) -> Choices:
    codes = {code for country, _name in _countries("en") for code in get_territory_currencies(country)}
    return tuple(
        (code, f"{code} · {get_currency_name(code, locale=language)}") for code in sorted(codes) if is_currency(code)
    )
