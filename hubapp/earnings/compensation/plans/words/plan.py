"""A whole plan in words: its components in their order, then what holds for all of them."""

from __future__ import annotations

from collections import Counter

from hubapp.earnings.compensation.plans.schema import Plan
from hubapp.earnings.compensation.plans.words import components, limits
from hubapp.earnings.compensation.plans.words.speech import Passage, Speech


def passages(plan: Plan, speech: Speech) -> list[Passage]:
    """Everything the plan says."""
    said = [components.passage(component, speech) for component in plan.components]
    often = Counter(one.title for one in said)
    titles = {one.key: one.title if often[one.title] == 1 else f"{one.title} ({one.key})" for one in said}
    head, *rest = limits.passages(plan, speech, titles)
    return [head, *said, *rest]
