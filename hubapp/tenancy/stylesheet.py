"""A hub's own `theme.css`: a short list of custom properties on `:root`, each within its bounds, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import tinycss2

from hubapp.kernel.errors import Refusal

LARGEST = 8_000


class StylesheetRefused(Refusal):
    """A stylesheet with something in it that a hub may not set; `problems` has one sentence for each."""

    status = 422

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(problems), field="theme_css")


@dataclass(frozen=True)
class _Bounds:
    """Smallest and largest value, and the units it may carry ('' is a bare number; 0 never needs one)."""

    least: float
    most: float
    units: tuple[str, ...]

    def __str__(self) -> str:
        units = " or ".join(unit or "no unit" for unit in self.units)
        return f"a number from {self.least:g} to {self.most:g} with {units}"


# Colours are absent on purpose: they come from the seeds, through the contrast guard, or a hub could undo it here.
ALLOWED: Mapping[str, _Bounds] = {
    "radius": _Bounds(0, 28, ("px",)),
    "radius-control": _Bounds(0, 999, ("px",)),
    "display-weight": _Bounds(300, 900, ("",)),
    "display-track": _Bounds(-0.05, 0.08, ("em",)),
    "display-lead": _Bounds(0.95, 1.6, ("",)),
    "display-scale": _Bounds(0.7, 1.2, ("",)),
    "text-lead": _Bounds(1.45, 2.0, ("",)),
}


def check(css: str) -> list[str]:
    """Everything in the stylesheet that a hub may not set, in words with the line; empty when all is well."""
    return _read(css)[1]


def declarations(css: str) -> dict[str, str]:
    """Property name (without the dashes) → value. Raises StylesheetRefused on the problems that `check` lists."""
    found, problems = _read(css)
    if problems:
        raise StylesheetRefused(problems)
    return found


def _read(css: str) -> tuple[dict[str, str], list[str]]:
    if len(css) > LARGEST:
        return {}, [f"The stylesheet has {len(css)} characters; {LARGEST} are allowed."]
    found: dict[str, str] = {}
    problems: list[str] = []
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        problem = _wrong_rule(rule)
        if problem:
            problems.append(f"Line {rule.source_line}: {problem}")
            continue
        for item in tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True):
            problem = _wrong_item(item)
            if problem:
                problems.append(f"Line {item.source_line}: {problem}")
            else:
                found[item.name.removeprefix("--")] = tinycss2.serialize(item.value).strip()
    return found, problems


def _wrong_rule(rule: Any) -> str:
    if rule.type == "error":
        return f"this is not CSS ({rule.message})."
    if rule.type == "at-rule":
        return f"@{rule.at_keyword} is not allowed; set properties on :root only."
    if rule.type != "qualified-rule":
        return "only a :root rule is allowed."
    selector = tinycss2.serialize(rule.prelude).strip()
    return "" if selector == ":root" else f"the selector “{selector[:60]}” is not allowed; only :root is."


def _wrong_item(item: Any) -> str:
    if item.type == "error":
        return f"this is not CSS ({item.message})."
    if item.type != "declaration":
        return "only properties are allowed inside :root."
    if item.important:
        return f"!important on {item.name} is not allowed."
    bounds = ALLOWED.get(item.name.removeprefix("--")) if item.name.startswith("--") else None
    if bounds is None:
        names = ", ".join(f"--{name}" for name in ALLOWED)
        return f"{item.name[:60]} may not be set; allowed are {names}."
    return "" if _within(item.value, bounds) else f"{item.name} must be {bounds}."


def _within(value: list[Any], bounds: _Bounds) -> bool:
    parts = [part for part in value if part.type not in {"whitespace", "comment"}]
    if len(parts) != 1 or parts[0].type not in {"number", "dimension", "percentage"}:
        return False
    number = parts[0]
    unit = {"number": "", "percentage": "%"}.get(number.type) or getattr(number, "lower_unit", "")
    if unit not in bounds.units and number.value != 0:
        return False
    return bool(bounds.least <= number.value <= bounds.most)
