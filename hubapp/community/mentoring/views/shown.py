"""Plans and steps in words: the hub's own where it has some, else ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel import Locale
from flask import request
from flask_babel import force_locale
from flask_babel import gettext as _

from hubapp.community.mentoring.queries import Plan
from hubapp.web import areas

PATHS = {"hello": "/feed", "profile": "/me/profile", "gathering": "/events", "trade": "/market"}


def words(locale: str) -> dict[str, str]:
    """Step → its words; `welcome`: what stands above them."""
    hub = areas.current_hub()
    own = hub.home.get("steps", {})
    chosen = own.get(locale) or own.get(hub.default_locale) or {}
    return {key: chosen.get(key) or fallback for key, fallback in defaults().items()}


def in_all_languages(own: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    """A newcomer's first steps in each of the hub's languages, with these words of its own where it has some."""
    hub = areas.current_hub()
    shown = []
    for locale in hub.locales:
        with force_locale(locale):
            said = {key: own.get(locale, {}).get(key) or usual for key, usual in defaults().items()}
            direction = str(Locale.parse(locale, sep="-").text_direction)
            steps = [(False, said[key], "") for key in PATHS]
            title = _("Welcome, %(name)s", name="…")
            shown.append({"locale": locale, "dir": direction, "title": title, "text": said["welcome"], "steps": steps})
    return shown


def defaults() -> dict[str, str]:
    """The words of a hub that has none of its own."""
    return {
        "welcome": _("A few first steps to feel at home. Each ticks itself off when you have done it."),
        "hello": _("Say hello: write a few lines, or answer somebody"),
        "profile": _("Tell who you are, and what you offer, look for or know"),
        "gathering": _("Come to a first gathering"),
        "trade": _("Buy or offer something for the first time"),
    }


def items(plan: Plan, locale: str) -> list[tuple[bool, str, str]]:
    """(whether it is done, its words, where one does it) of each step."""
    said = words(locale)
    return [(done, said[step], request.script_root + PATHS[step]) for step, done in plan.steps]
