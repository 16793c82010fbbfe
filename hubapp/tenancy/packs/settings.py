"""From the merged `hub.toml` to the settings of a Pack; whatever is wrong is added to the problems."""

from __future__ import annotations

import functools
import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.numbers import is_currency

from hubapp.tenancy import theme as themes
from hubapp.tenancy.packs import schema
from hubapp.tenancy.packs.problems import Problem
from hubapp.tenancy.packs.reader import Table

# One DNS label, and short enough to stay readable in an address.
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
# Names that address something else beside the hubs.
TAKEN_SLUGS = frozenset({"www", "api", "console", "static", "mail", "admin", "h", "new"})
_HOST = re.compile(r"(?=.{4,253})(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_TOPIC = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CATEGORY = re.compile(r"[a-z][a-z_]{1,30}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_TERRITORY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True)
class Settings:
    """The keyword arguments of a Pack that come from `hub.toml`, by name."""

    values: Mapping[str, Any]
    problems: tuple[Problem, ...]


def is_slug(value: str) -> bool:
    """Whether this may be a hub's address: one lower-case DNS label of at most 40 characters, not taken."""
    return bool(SLUG.fullmatch(value)) and value not in TAKEN_SLUGS and "--" not in value


def read(data: Mapping[str, Any], *, file: str) -> Settings:
    """Validate a merged `hub.toml`; `values` is only worth using when there are no problems."""
    problems: list[Problem] = []
    top = Table(data, file=file, problems=problems)
    locales = _locales(top)
    values: dict[str, Any] = {
        "slug": top.checked(
            "slug",
            is_slug,
            "is not a usable address: small letters, digits and single hyphens, up to 40",
        ),
        "name": top.text("name", most=60),
        "place": top.text("place", most=80),
        "locales": locales,
        "default_locale": top.choice("default_locale", locales) if locales else top.text("default_locale"),
        "currency": top.checked("currency", is_currency, "is not a currency (ISO 4217, for example EUR)"),
        "timezone": top.checked("timezone", is_timezone, "is not a time zone (for example Europe/Paris)"),
        "country": top.checked("country", is_country, "is not a country (ISO 3166, for example FR)"),
        "theme": _theme(top.table("theme")),
        "nav": _nav(top.table("nav")),
        "features": _features(top.table("features")),
        "domains": _domains(top.table("domain")),
        "legal": _legal(top.table("legal"), locales),
        "tax": _tax(top.table("tax")),
        "home": _home(top.table("home")),
        "texts": _texts(top.table("text"), locales),
        "words": _words(top.table("words"), locales),
        "steps": _steps(top.table("steps"), locales),
        "topics": _topics(top),
        "first_held": _first_held(top.table("conversations")),
    }
    top.done()
    return Settings(values, tuple(problems))


def is_host(value: str) -> bool:
    """Whether this is a domain name with at least one dot, in small letters."""
    return bool(_HOST.fullmatch(value))


def is_timezone(value: str) -> bool:
    """Whether this names a place in the time zone database."""
    return value in _timezones()


def is_country(value: str) -> bool:
    """Whether this is a country's two letters."""
    return (
        bool(_TERRITORY.fullmatch(value))
        and value not in {"ZZ", "EU", "EZ", "UN"}
        and value in Locale("en").territories
    )


def is_locale(value: str) -> bool:
    """Whether this is a language tag that dates and numbers can be written in."""
    try:
        Locale.parse(value, sep="-")
    except (UnknownLocaleError, ValueError):
        return False
    return True


@functools.cache
def _timezones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _locales(top: Table) -> tuple[str, ...]:
    locales = top.texts("locales")
    for locale in locales:
        if not is_locale(locale):
            top.wrong("locales", f"{locale[:20]!r} is not a language (for example fr)")
    return tuple(locale for locale in locales if is_locale(locale))


def _theme(table: Table) -> schema.Theme:
    theme = schema.Theme(
        primary=table.text("primary", most=9),
        accent=table.text("accent", most=9),
        neutral_hue=table.degrees("neutral_hue"),
        font_pair=table.choice("font_pair", themes.FONT_PAIRS),
        radius=table.number("radius", 0, themes.LARGEST_RADIUS),
        control_shape=table.choice("control_shape", themes.CONTROL_SHAPES),
        tile_set=table.choice("tile_set", themes.TILE_SETS),
        mosaic=table.number("mosaic", 0, 2**31 - 1),
        density=table.choice("density", themes.DENSITIES),
    )
    table.done()
    if theme.primary and theme.accent:
        try:
            themes.build(theme.primary, theme.accent, theme.neutral_hue)
        except themes.PaletteRefused as refusal:
            table.wrong(refusal.part, str(refusal))
    return theme


def _nav(table: Table) -> tuple[str, ...]:
    items = table.texts("items")
    table.done()
    for item in items:
        if item not in schema.NAV and not item.startswith("page:"):
            table.wrong(
                "items",
                f"{item[:40]!r} is not one of {', '.join(schema.NAV)} or page:<name>",
            )
    return items


def _features(table: Table) -> Mapping[str, bool]:
    switches = {name: table.switch(name) for name in schema.FEATURES}
    table.done()
    for name, other in schema.SWITCH_NEEDS.items():
        if switches[name] and not switches[other]:
            table.wrong(name, f"cannot be on while {other} is off")
    return switches


def _domains(table: Table) -> tuple[str, ...]:
    domains = table.texts("custom", required=False)
    table.done()
    for domain in domains:
        if not is_host(domain):
            table.wrong("custom", f"{domain[:60]!r} is not a domain name")
    return domains


def _legal(table: Table, locales: tuple[str, ...]) -> schema.Legal:
    merchant = table.table("merchant")
    legal = schema.Legal(
        operator=table.text("operator"),
        form=table.text("form", required=False),
        address=table.text("address", most=300),
        email=table.checked(
            "email",
            lambda value: bool(_EMAIL.fullmatch(value)),
            "is not an e-mail address",
        ),
        phone=table.text("phone", most=40, required=False),
        register=table.text("register", required=False),
        tax_id=table.text("tax_id", most=60, required=False),
        director=table.text("director", required=False),
        host=table.text("host", most=300, required=False),
        supervisor=table.text("supervisor", required=False),
        merchant_of_record=table.choice("merchant_of_record", schema.MERCHANTS),
        withdrawal_days=table.number("withdrawal_days", 0, 60),
        minimum_age=table.number("minimum_age", 13, 21),
        merchant={locale: merchant.text(locale, most=600) for locale in locales},
    )
    table.done()
    merchant.done()
    return legal


def _tax(table: Table) -> schema.Tax:
    rates = table.table("rates")
    for key in rates.names():
        if not _CATEGORY.fullmatch(key):
            rates.wrong(key, "is not a category: small letters and underscores")
    found = {key: rates.number(key, 0, 5000) for key in dict.fromkeys(("standard", "zero", *rates.names()))}
    tax = schema.Tax(
        name=table.text("name", most=40),
        default=table.choice("default", found),
        included=table.switch("included"),
        rates=found,
    )
    table.done()
    if found["zero"] != 0:
        rates.wrong("zero", "must be 0")
    return tax


def _home(table: Table) -> schema.Home:
    sections = table.texts("sections")
    table.done()
    for section in sections:
        if section not in schema.SECTIONS:
            table.wrong(
                "sections",
                f"{section[:40]!r} is not one of {', '.join(schema.SECTIONS)}",
            )
    return schema.Home(sections)


def _texts(table: Table, locales: tuple[str, ...]) -> Mapping[str, schema.Text]:
    found = {}
    for locale in locales:
        inner = table.table(locale)
        found[locale] = schema.Text(
            **{key: inner.text(key, most=schema.TEXT_LENGTHS.get(key, schema.TEXT_LENGTH)) for key in schema.TEXTS}
        )
        inner.done()
    table.done()
    return found


def _words(table: Table, locales: tuple[str, ...]) -> Mapping[str, Mapping[str, str]]:
    found = {}
    for locale in locales:
        inner = table.table(locale)
        found[locale] = {key: inner.text(key, most=40) for key in schema.WORDS}
        inner.done()
    table.done()
    return found


def _steps(table: Table, locales: tuple[str, ...]) -> Mapping[str, Mapping[str, str]]:
    """First steps in the hub's own words; a step without any has ours."""
    found = {}
    for locale in locales:
        inner = table.table(locale)
        said = {
            key: inner.text(key, most=schema.STEP_LENGTHS.get(key, schema.STEP_LENGTH), required=False)
            for key in schema.STEPS
        }
        inner.done()
        found[locale] = {key: words for key, words in said.items() if words}
    table.done()
    return {locale: words for locale, words in found.items() if words}


def _topics(top: Table) -> tuple[schema.Topic, ...]:
    """Headings of the conversations in their order; a name or an address stands for one of them only."""
    found: list[schema.Topic] = []
    for table in top.tables("topics"):
        topic = schema.Topic(
            name=table.text("name", most=schema.LONGEST_TOPIC),
            slug=table.text("slug", most=60, required=False),
            tone=table.choice("tone", schema.TOPIC_TONES),
            is_archived=table.switch("archived", required=False),
        )
        table.done()
        if topic.slug and not _TOPIC.fullmatch(topic.slug):
            table.wrong("slug", f"{topic.slug!r} is not an address: small letters, digits and single hyphens")
        if topic.name.casefold() in {one.name.casefold() for one in found}:
            table.wrong("name", "is another topic's already")
        if topic.slug and topic.slug in {one.slug for one in found}:
            table.wrong("slug", "is another topic's already")
        found.append(topic)
    if len(found) > schema.MOST_TOPICS:
        top.wrong("topics", f"has {len(found)} topics; {schema.MOST_TOPICS} are allowed")
    return tuple(found)


def _first_held(table: Table) -> int:
    """How many first texts of each member wait to be looked at; none where nothing is said."""
    first_held = table.number("first_held", 0, schema.MOST_HELD, required=False)
    table.done()
    return first_held
