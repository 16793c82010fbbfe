"""A notice's words: its kind's template with its plain values, in the reader's language, when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, render_template
from flask_babel import gettext as _
from flask_babel import ngettext
from jinja2 import Template
from jinja2.meta import find_undeclared_variables

from hubapp.kernel.paths import TEMPLATES
from hubapp.people.notifications import kinds
from hubapp.people.notifications.models import Notice
from hubapp.people.notifications.policies import header_text

# Names may run the other way than the sentence around them.
ISOLATE, END = "\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class Words:
    """What a notice says: one line, and perhaps some words of the thing itself."""

    title: str
    detail: str


def item(notice: Notice) -> dict[str, Any]:
    """A notice as plain values, as a mail's context keeps it."""
    return {
        "id": str(notice.id),
        "kind": notice.kind,
        "hub_id": notice.hub_id,
        "path": notice.path,
        "context": notice.context,
        "actors": notice.actors,
        "count": notice.count,
        "at": notice.at.isoformat(),
    }


def say(told: Mapping[str, Any]) -> Words:
    """The words of `item(…)` in the current language."""
    kind = kinds.kind(told["kind"])
    if kind.is_letter:
        return Words(header_text(render_template(_subject(kind.template), **told["context"])), "")
    values = {**told["context"], "who": who([str(actor[1]) for actor in told["actors"]]), "count": told["count"]}
    first, _separator, rest = render_template(kind.template, **values).strip().partition("\n")
    return Words(" ".join(first.split()), " ".join(rest.split()))


def subject_names(template: str) -> set[str]:
    """What a letter's subject is made of: no more of the letter is kept with its notice. Read once per application."""
    known: dict[str, set[str]] = current_app.extensions.setdefault("hubapp.subject_names", {})
    if template not in known:
        environment = current_app.jinja_env
        tree = environment.parse(_first_line(kinds.kind(template).template))
        known[template] = find_undeclared_variables(tree) - set(environment.globals)
    return known[template]


def _subject(path: str) -> Template:
    """The first line of a letter's text, which is its subject, compiled once per application."""
    known: dict[str, Template] = current_app.extensions.setdefault("hubapp.subjects", {})
    if path not in known:
        # Plain words: what shows them escapes them.
        plain = "{% autoescape false %}" + _first_line(path) + "{% endautoescape %}"
        known[path] = current_app.jinja_env.from_string(plain)
    return known[path]


def _first_line(path: str) -> str:
    return (TEMPLATES / path).read_text().partition("\n")[0]


def who(names: list[str]) -> str:
    """`Amina`, `Amina and Ben`, `Amina and 3 others`."""
    isolated = [f"{ISOLATE}{name}{END}" for name in names]
    match isolated:
        case []:
            return ""
        case [one]:
            return one
        case [one, other]:
            return str(_("%(one)s and %(other)s", one=one, other=other))
    rest = len(isolated) - 1
    return str(ngettext("%(name)s and %(num)d other", "%(name)s and %(num)d others", rest, name=isolated[0]))
