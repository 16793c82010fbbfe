"""Translating in templates: a page says fifty short texts, and finding each must cost next to nothing."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any

from flask import g, has_app_context
from flask_babel import Babel, Domain, get_locale, get_translations
from jinja2 import Environment, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

Name = tuple[str, str | None, str | None]


class Catalogues(Babel):
    """Flask-Babel, for texts in code too: it finds the catalogue of a language by one look."""

    @cached_property
    def domain_instance(self) -> Domain:
        """The one domain of all messages."""
        return _Messages(domain=self.domain)


class _Messages(Domain):
    def __init__(self, domain: str) -> None:
        super().__init__(domain=domain)
        self._found: dict[Name | None, Any] = {}

    def get_translations(self) -> Any:
        name = _name()
        if name not in self._found:
            self._found[name] = super().get_translations()
        return self._found[name]


@pass_eval_context
def gettext(context: EvalContext, message: str, **variables: Any) -> str:
    """The message in the page's language, with its variables, escaped where the template escapes."""
    text = _text(_name(), context.autoescape, message)
    # Without variables, too: a percent sign is written twice in every message.
    return text % variables if variables or "%" in text else text


def _name() -> Name | None:
    """The name of the locale; outside of a request there is none."""
    # Where Flask-Babel keeps it; its own function looks four times for what one look finds.
    locale = getattr(g.get("_flask_babel"), "babel_locale", None) if has_app_context() else None
    locale = locale or get_locale()
    # Its own str() puts the name together anew each time.
    return None if locale is None else (locale.language, locale.script, locale.territory)


@lru_cache(maxsize=8192)
def _text(_locale: object, is_html: bool, message: str) -> str:  # noqa: FBT001  positional, so that the cache keys are cheap
    found: str = get_translations().ugettext(message)
    return Markup(found) if is_html else found  # noqa: S704  catalogues are ours


def install(env: Environment) -> None:
    """Take the place of Flask-Babel's `_` and `gettext`; plural forms stay with it."""
    env.globals["_"] = env.globals["gettext"] = gettext
