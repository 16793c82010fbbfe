"""Translating in templates: a page says fifty short texts, and finding each must cost next to nothing."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import g
from flask_babel import get_locale, get_translations
from jinja2 import Environment, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup


@pass_eval_context
def gettext(context: EvalContext, message: str, **variables: Any) -> str:
    """The message in the page's language, with its variables, escaped where the template escapes."""
    # Where Flask-Babel keeps it; its own function looks four times for what one look finds.
    locale = getattr(g.get("_flask_babel"), "babel_locale", None) or get_locale()
    # Its own str() puts the name together anew each time.
    name = None if locale is None else (locale.language, locale.script, locale.territory)
    text = _text(name, context.autoescape, message)
    # Without variables, too: a percent sign is written twice in every message.
    return text % variables if variables or "%" in text else text


@lru_cache(maxsize=8192)
def _text(_locale: object, is_html: bool, message: str) -> str:  # noqa: FBT001  positional, so that the cache keys are cheap
    found: str = get_translations().ugettext(message)
    return Markup(found) if is_html else found  # noqa: S704  catalogues are ours


def install(env: Environment) -> None:
    """Take the place of Flask-Babel's `_` and `gettext`; plural forms stay with it."""
    env.globals["_"] = env.globals["gettext"] = gettext
