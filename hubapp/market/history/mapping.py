"""The map of an import: a TOML file that says what columns, countries and special codes mean."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.numbers import is_currency

from hubapp.market.history.errors import MapInvalid
from hubapp.tenancy.hosts import SLUG

COLUMNS = ("document", "article", "description", "quantity", "date", "unit_price", "customer", "hub")
OPTIONAL_COLUMNS = ("currency",)
ACCOUNTS = ("postage", "discounts", "bank_charges", "fees", "samples", "corrections", "vouchers")
TOP = {"title", "source", "currency", "timezone", "date_format", "rule_version", "columns"}
SECTIONS = {"cancellations", "customers", "adjustments", "hubs", "legal"}
LEGAL = ("operator", "address", "email")


@dataclass(frozen=True, slots=True)
class HubEntry:
    """A hub to be made: `country` is an ISO 3166 code."""

    slug: str
    name: str
    country: str


@dataclass(frozen=True, slots=True)
class SalesMap:
    """A checked map. `codes` and `prefixes` are upper case and name the account of a special article."""

    title: str
    source: str
    currency: str
    timezone: ZoneInfo
    date_format: str
    rule_version: str
    columns: dict[str, str]
    cancellation_prefix: str
    customer_suffix: str
    codes: dict[str, str]
    prefixes: tuple[tuple[str, str], ...]
    legal: dict[str, str]
    hubs: dict[str, HubEntry]

    def account_of(self, article: str) -> str | None:
        """The account that a special article goes to; None for goods."""
        code = article.upper()
        if code in self.codes:
            return self.codes[code]
        return next((account for prefix, account in self.prefixes if code.startswith(prefix)), None)


class _Section:
    """Reads one table of the TOML file; what is missing, wrong or unknown is refused by file and key."""

    def __init__(self, path: Path, name: str, values: Mapping[str, Any], known: set[str]) -> None:
        self._path, self._name, self._values = path, name, values
        for key in values:
            if key not in known:
                raise MapInvalid(path, self._key(key), f"unknown key; known are {', '.join(sorted(known))}")

    def _key(self, key: str) -> str:
        return f"{self._name}.{key}" if self._name else key

    def text(self, key: str, default: str | None = None) -> str:
        value = self._values.get(key, default)
        if not isinstance(value, str) or (not value and default is None):
            raise MapInvalid(self._path, self._key(key), "a text is needed")
        return value

    def table(self, key: str) -> dict[str, Any]:
        value = self._values.get(key, {})
        if not isinstance(value, dict):
            raise MapInvalid(self._path, self._key(key), "a table is needed")
        return value


def load(path: Path) -> SalesMap:
    """Read and check a map. Raises MapInvalid."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MapInvalid(path, "file", "there is no such file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MapInvalid(path, "file", f"this is not TOML: {error}") from None
    top = _Section(path, "", values, TOP | SECTIONS)
    columns = _Section(path, "columns", top.table("columns"), {*COLUMNS, *OPTIONAL_COLUMNS})
    legal = _Section(path, "legal", top.table("legal"), set(LEGAL))
    codes, prefixes = _adjustments(path, top.table("adjustments"))
    return SalesMap(
        title=top.text("title"),
        source=top.text("source", ""),
        currency=_currency(path, top.text("currency")),
        timezone=_timezone(path, top.text("timezone")),
        date_format=top.text("date_format"),
        rule_version=top.text("rule_version"),
        columns={
            **{name: columns.text(name) for name in COLUMNS},
            **{name: columns.text(name) for name in OPTIONAL_COLUMNS if name in top.table("columns")},
        },
        cancellation_prefix=_Section(path, "cancellations", top.table("cancellations"), {"prefix"}).text("prefix"),
        customer_suffix=_Section(path, "customers", top.table("customers"), {"strip_suffix"}).text("strip_suffix", ""),
        codes=codes,
        prefixes=prefixes,
        legal={key: legal.text(key) for key in LEGAL},
        hubs=_hubs(path, top.table("hubs")),
    )


def _currency(path: Path, code: str) -> str:
    if not is_currency(code):
        raise MapInvalid(path, "currency", f"{code} is not an ISO 4217 currency")
    return code


def _timezone(path: Path, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise MapInvalid(path, "timezone", f"{name} is not a time zone such as Europe/London") from None


def _adjustments(path: Path, table: dict[str, Any]) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    section = _Section(path, "adjustments", table, {"codes", "prefixes"})
    tables = {}
    for name in ("codes", "prefixes"):
        tables[name] = {str(code).upper(): account for code, account in section.table(name).items()}
        for code, account in tables[name].items():
            if account not in ACCOUNTS:
                raise MapInvalid(path, f"adjustments.{name}.{code}", f"choose one of {', '.join(ACCOUNTS)}")
    return tables["codes"], tuple(sorted(tables["prefixes"].items()))


def _hubs(path: Path, table: dict[str, Any]) -> dict[str, HubEntry]:
    if not table:
        raise MapInvalid(path, "hubs", "name at least one hub")
    hubs: dict[str, HubEntry] = {}
    territories = Locale("en").territories
    for name, values in table.items():
        section = _Section(path, f"hubs.{name}", values, {"slug", "name", "country"})
        entry = HubEntry(section.text("slug"), section.text("name", name), section.text("country"))
        if not SLUG.match(entry.slug):
            raise MapInvalid(path, f"hubs.{name}.slug", "use small letters, digits and hyphens")
        if entry.slug in {other.slug for other in hubs.values()}:
            raise MapInvalid(path, f"hubs.{name}.slug", f"{entry.slug} stands here twice")
        if len(entry.country) != 2 or entry.country not in territories:  # noqa: PLR2004  ISO 3166 alpha-2
            raise MapInvalid(path, f"hubs.{name}.country", f"{entry.country} is not an ISO 3166 country code")
        hubs[name] = entry
    return hubs
