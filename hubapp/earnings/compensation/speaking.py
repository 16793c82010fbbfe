"""A plan in words for people: amounts, rates and days as the reader's language writes them."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import format_date, format_decimal

from hubapp.earnings.compensation.plans.schema import Plan
from hubapp.earnings.compensation.plans.words import plan as words
from hubapp.earnings.compensation.plans.words.speech import Passage, Speech
from hubapp.kernel.money import Money
from hubapp.web.render import money, percent


def speech(plan: Plan) -> Speech:
    """How it is said in the current language."""
    currency = plan.currency or "EUR"
    return Speech(lambda minor: money(Money(minor, currency)), percent, format_decimal, format_date)


def passages(plan: Plan) -> Sequence[Passage]:
    """The whole plan, component by component and limit by limit."""
    return tuple(words.passages(plan, speech(plan)))
