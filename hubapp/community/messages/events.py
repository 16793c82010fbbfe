"""What happened in messages."""

from __future__ import annotations

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MessageSent:
    """Somebody wrote in a thread."""

    hub_id: int
    thread_id: uuid.UUID
    message_id: uuid.UUID
    author_id: uuid.UUID
