"""A hub's own `theme.css`: a short list of custom properties on `:root`, each within its bounds, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import tinycss2
from flask_babel import gettext as _

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
    """Smallest and largest value, and the unit it carries ('' is a bare number; 0 never needs one)."""

    least: float
    most: float
    unit: str = ""

    def words(self, name: str) -> str:
        values = {"name": name, "least": f"{self.least:g}", "most": f"{self.most:g}", "unit": self.unit}
        if self.unit:
            return str(_("%(name)s must be from %(least)s to %(most)s, written with %(unit)s.", **values))
        return str(_("%(name)s must be a number from %(least)s to %(most)s.", **values))


# Colours are absent on purpose: they come from the seeds, through the contrast guard, or a hub could undo it here.
ALLOWED: Mapping[str, _Bounds] = {
    "radius": _Bounds(0, 28, "px"),
    "radius-control": _Bounds(0, 999, "px"),
    "display-weight": _Bounds(300, 900),
    "display-track": _Bounds(-0.05, 0.08, "em"),
    "display-lead": _Bounds(0.95, 1.6),
    "display-scale": _Bounds(0.7, 1.2),
    "text-lead": _Bounds(1.45, 2.0),
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
        return {}, [_("The stylesheet has %(length)s characters; %(most)s are allowed.", length=len(css), most=LARGEST)]
    found: dict[str, str] = {}
    problems: list[str] = []
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        problem = _wrong_rule(rule)
        if problem:
            problems.append(_at(rule, problem))
            continue
        for item in tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True):
            problem = _wrong_item(item)
            if problem:
                problems.append(_at(item, problem))
            else:
                found[item.name.removeprefix("--")] = tinycss2.serialize(item.value).strip()
    return found, problems


def _at(node: Any, problem: str) -> str:
    return str(_("Line %(line)s: %(problem)s", line=node.source_line, problem=problem))


def _wrong_rule(rule: Any) -> str:
    if rule.type == "error":
        return str(_("this is not CSS (%(reason)s).", reason=rule.message))
    if rule.type == "at-rule":
        return str(_("@%(name)s is not allowed; set properties on :root only.", name=rule.at_keyword[:60]))
    # Compared token by token: writing a deeply nested selector back out would exhaust the stack.
    match [token for token in rule.prelude if token.type not in {"whitespace", "comment"}]:
        case [colon, name] if colon == ":" and name.type == "ident" and name.value == "root":
            return ""
    return str(_("only the selector :root is allowed."))


def _wrong_item(item: Any) -> str:
    if item.type == "error":
        return str(_("this is not CSS (%(reason)s).", reason=item.message))
    if item.type != "declaration":
        return str(_("only properties are allowed inside :root."))
    if item.important:
        return str(_("!important on %(name)s is not allowed.", name=item.name[:60]))
    bounds = ALLOWED.get(item.name.removeprefix("--")) if item.name.startswith("--") else None
    if bounds is None:
        names = ", ".join(f"--{name}" for name in ALLOWED)
        return str(_("%(name)s may not be set; allowed are %(allowed)s.", name=item.name[:60], allowed=names))
    return "" if _within(item.value, bounds) else bounds.words(item.name)


def _within(value: list[Any], bounds: _Bounds) -> bool:
    parts = [part for part in value if part.type not in {"whitespace", "comment"}]
    if len(parts) != 1 or parts[0].type not in {"number", "dimension"}:
        return False
    number = parts[0]
    unit = number.lower_unit if number.type == "dimension" else ""
    if unit != bounds.unit and not (unit == "" and number.value == 0):
        return False
    return bool(bounds.least <= number.value <= bounds.most)
