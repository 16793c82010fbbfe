"""Pure rules of disputes: which moves are allowed, when one is over, and what may be handed in."""

from __future__ import annotations

from datetime import timedelta

from hubapp.money.payments.dispute_models import Outcome

# A status only moves along these arrows; a look that came late and points backwards is ignored.
MOVES: dict[str, frozenset[str]] = {
    "warning_needs_response": frozenset(
        {"warning_under_review", "warning_closed", "needs_response", "under_review", "won", "lost", "prevented"}
    ),
    "warning_under_review": frozenset({"warning_closed", "needs_response", "under_review", "won", "lost", "prevented"}),
    "needs_response": frozenset({"under_review", "won", "lost", "prevented"}),
    "under_review": frozenset({"won", "lost", "prevented"}),
}
WITHOUT_LOSS = frozenset({"won", "warning_closed", "prevented"})
WITH_LOSS = frozenset({"lost", "prevented"})

NEEDS_ANSWER = ("needs_response", "warning_needs_response")

POLL_EVERY = timedelta(minutes=10)
LOOK_BACK = timedelta(days=3)
LONGEST_TEXT = 20_000
LONGEST_TOGETHER = 150_000
LARGEST_FILE = 5 * 1024 * 1024
BEGINNINGS = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
}


def may_move(old: str, new: str) -> bool:
    """Whether a dispute may go from one of the provider's statuses to another, or say the same again."""
    return old == new or new in MOVES.get(old, frozenset())


def outcome(status: str, withdrawn: int) -> Outcome | None:
    """How it ended; None: it has not, or the provider's books do not say yet what its status does."""
    if status in WITHOUT_LOSS and withdrawn == 0:
        return Outcome.WON
    if status in WITH_LOSS and withdrawn > 0:
        return Outcome.LOST
    return None


def kind_of(content: bytes) -> tuple[str, str] | None:
    """(content type, extension) of a file by how it begins; None: no bank reads it."""
    return next((kind for start, kind in BEGINNINGS.items() if content.startswith(start)), None)
