"""Commands of moderation: report, decide, undo, appeal."""

from __future__ import annotations

from hubapp.community.moderation.services.appealing import answer_appeal, appeal
from hubapp.community.moderation.services.deciding import decide, let_in, undo
from hubapp.community.moderation.services.reporting import open_held, report, take_up

__all__ = ["answer_appeal", "appeal", "decide", "let_in", "open_held", "report", "take_up", "undo"]
