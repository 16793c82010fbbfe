"""Decisions in words: what was done, in which tone, and what it came to."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext as _

from hubapp.community.moderation.models import ModerationAppeal, ModerationCase

Pill = tuple[str, str]


def done() -> dict[str, Pill]:
    """Act → what was done, and how serious it is."""
    return {
        "leave": (_("Left as it is"), "neutral"),
        "approve": (_("Published"), "good"),
        "refuse": (_("Not published"), "bad"),
        "hide": (_("Hidden from others"), "bad"),
        "warn": (_("Warned"), "warn"),
        "suspend": (_("Suspended"), "bad"),
    }


def appeal_pill(appeal: ModerationAppeal) -> Pill:
    """What became of an appeal."""
    if appeal.decided_at is None:
        return _("Appealed: the network will decide"), "warn"
    if appeal.is_upheld:
        return _("Appealed: it stays"), "neutral"
    return _("Appealed: undone"), "good"


def came_of(case: ModerationCase, acts: Collection[str]) -> Pill:
    """What came of a report, for whoever made it: no more than that something was done."""
    if case.is_open:
        return _("Waits to be looked at"), "warn"
    if set(acts) - {"leave", "approve"}:
        return _("Something was done about it"), "good"
    return _("Left as it is"), "neutral"


def causes() -> dict[str, str]:
    """Cause of a case → why it is there."""
    return {
        "report": _("Reported"),
        "hold": _("First text of a new member"),
        "own": _("Seen by the hub itself"),
    }
