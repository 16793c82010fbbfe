"""What changed between two versions, in words a connector reads: which part, what it was, what it is."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from hubapp.home import forms, names
from hubapp.tenancy.packs import schema

# How many unchanged lines stand around a changed one.
AROUND = 1


@dataclass(frozen=True, slots=True)
class Line:
    """`kind`: old, new, same, or gap where unchanged lines are left out. `shade`: the colour that is meant."""

    kind: str
    text: str
    shade: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that changed; `locale` says in which language its lines are, '' where in none."""

    label: str
    lines: tuple[Line, ...]
    locale: str = ""
    logos: tuple[str, str] | None = None


def changes(part: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Changed]:
    """Everything that differs, in the order of the form."""
    readers = {"brand": _brand, "front": _front, "steps": _steps, "page": _page, "switches": _switches}
    return list(readers[part](before, after))


def _brand(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Changed]:
    for key in ("name", "place"):
        yield from _short(str(names.TEXTS[key]), before[key], after[key])
    for key, label in names.THEME.items():
        was, now = (_choice(key, held["theme"].get(key)) for held in (before, after))
        yield from _short(str(label), was, now, is_colour=key in names.COLOURS)
    if before["logo"] != after["logo"]:
        yield Changed(_("Logo"), (), logos=(before["logo"], after["logo"]))
    yield from _long(_("Fine tuning (CSS properties)"), before["theme_css"], after["theme_css"])


def _choice(key: str, value: object) -> str:
    words = {
        "font_pair": forms.FONTS,
        "control_shape": forms.SHAPES,
        "density": forms.DENSITIES,
        "tile_set": forms.TILES,
    }
    if key in words:
        return str(words[key].get(str(value), value or ""))
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _front(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Changed]:
    was, now = (
        "\n".join(str(names.SECTIONS.get(name, name)) for name in held.get("sections") or schema.SECTIONS)
        for held in (before, after)
    )
    yield from _long(_("Parts"), was, now)
    for table, known in (("texts", names.TEXTS), ("words", names.WORDS)):
        yield from _tables(before.get(table, {}), after.get(table, {}), known)


def _steps(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Changed]:
    yield from _tables(before, after, names.STEPS)


def _tables(before: Mapping[str, Any], after: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[Changed]:
    for locale in dict.fromkeys((*before, *after)):
        for key, label in known.items():
            was, now = (held.get(locale, {}).get(key, "") for held in (before, after))
            yield from _short(str(label), was, now, locale=locale)


def _switches(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Changed]:
    for key, (label, _hint) in names.SWITCHES.items():
        was, now = (_("on") if held.get(key) else _("off") for held in (before, after))
        yield from _short(str(label), was, now)


def _page(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Changed]:
    none = {"title": "", "body": ""}
    for locale in dict.fromkeys((*before["texts"], *after["texts"])):
        was, now = (held["texts"].get(locale, none) for held in (before, after))
        yield from _short(_("Title"), was["title"], now["title"], locale=locale)
        yield from _long(_("Text"), was["body"], now["body"], locale=locale)
    if before["nav"] != after["nav"]:
        was, now = (_("no") if held["nav"] is None else _("yes") for held in (before, after))
        yield from _short(_("In the menu"), was, now)


def _short(label: str, was: str, now: str, *, locale: str = "", is_colour: bool = False) -> Iterator[Changed]:
    if was != now:
        told = (("old", was), ("new", now))
        lines = tuple(Line(kind, text, text if is_colour else "") for kind, text in told if text)
        yield Changed(label, lines, locale)


def _long(label: str, was: str, now: str, *, locale: str = "") -> Iterator[Changed]:
    if was != now:
        yield Changed(label, tuple(_lines(was.splitlines(), now.splitlines())), locale)


def _lines(was: list[str], now: list[str]) -> Iterator[Line]:
    matcher = difflib.SequenceMatcher(a=was, b=now, autojunk=False)
    end = 0
    for group in matcher.get_grouped_opcodes(AROUND):
        if group[0][1] > end:
            yield Line("gap", "")
        for tag, low, high, new_low, new_high in group:
            if tag == "equal":
                yield from (Line("same", text) for text in was[low:high])
            else:
                yield from (Line("old", text) for text in was[low:high])
                yield from (Line("new", text) for text in now[new_low:new_high])
        end = group[-1][2]
    if end < len(was):
        yield Line("gap", "")
