"""The wizard's answers: which steps there are, which are missing, and the pack they make."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hubapp.tenancy.packs import load
from hubapp.tenancy.packs.schema import Pack

STEPS = ("start", "name", "country", "operator", "look", "connector", "review")
BASE = "_base"
THEME = ("primary", "accent", "font_pair", "control_shape", "density", "tile_set", "mosaic")
# The seeds of a hub that starts from nothing; a fork brings its own.
PLAIN_LOOK: Mapping[str, Any] = {
    "primary": "#1f5f4a",
    "accent": "#f2a541",
    "font_pair": "plain",
    "control_shape": "rounded",
    "density": "regular",
    "tile_set": "network",
    "mosaic": 1,
}

Answers = dict[str, dict[str, Any]]


def first_missing(answers: Answers) -> str:
    """The first step without an answer; `review` when there is none."""
    return next((step for step in STEPS[:-1] if step not in answers), "review")


def reachable(step: str, answers: Answers) -> bool:
    """Whether everything before this step is answered."""
    return STEPS.index(step) <= STEPS.index(first_missing(answers))


def after(step: str) -> str:
    """The next step."""
    return STEPS[STEPS.index(step) + 1]


def before(step: str) -> str | None:
    """The step before, None at the first."""
    place = STEPS.index(step)
    return STEPS[place - 1] if place else None


def theme_of(root: Path, answers: Answers) -> dict[str, Any]:
    """The seeds a new hub starts with: what was chosen, else the forked pack's, else plain ones."""
    if "look" in answers:
        return {**PLAIN_LOOK, **answers["look"]}
    parent = parent_of(answers)
    if parent is None:
        return dict(PLAIN_LOOK)
    theme = load.by_slug(root, parent).theme
    return {key: getattr(theme, key) for key in THEME}


def parent_of(answers: Answers) -> str | None:
    """The pack that is forked, None for the plain base."""
    chosen = answers.get("start", {}).get("like", BASE)
    return None if chosen == BASE else str(chosen)


def toml_of(answers: Answers) -> dict[str, Any]:
    """All answers in the shape of a `hub.toml`."""
    name, country, operator = answers["name"], answers["country"], answers["operator"]
    rates = {"standard": int(country["tax_bps"]), "zero": 0}
    return {
        **{key: name[key] for key in ("slug", "name", "place")},
        **{key: country[key] for key in ("country", "currency", "timezone", "default_locale")},
        # The hub's own language leads.
        "locales": sorted(country["locales"], key=lambda code: code != country["default_locale"]),
        "legal": {key: operator[key] for key in ("operator", "address", "email")},
        "tax": {"name": country["tax_name"], "rates": rates},
        "theme": {key: answers["look"][key] for key in THEME},
    }


def pack_of(root: Path, answers: Answers) -> Pack:
    """The pack that the answers make. Raises PackInvalid."""
    return load.derive(root, toml_of(answers), like=parent_of(answers))
