"""A whole plan in words: its components in their order, then what holds for all of them."""

from __future__ import annotations

from hubapp.earnings.compensation.plans.schema import Plan
from hubapp.earnings.compensation.plans.words import components, limits
from hubapp.earnings.compensation.plans.words.speech import Passage, Speech


def passages(plan: Plan, speech: Speech) -> list[Passage]:
    """Everything the plan says."""
    head, *rest = limits.passages(plan, speech)
    return [head, *(components.passage(component, speech) for component in plan.components), *rest]
