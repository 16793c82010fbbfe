"""The only place that makes ids and secrets out of chance."""

from __future__ import annotations

import os
import secrets
import time
import uuid


def uuid7() -> uuid.UUID:
    """A time-ordered UUID (RFC 9562, version 7): new rows land at the end of an index."""
    millis = time.time_ns() // 1_000_000
    value = (millis & 0xFFFFFFFFFFFF) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def secret(size: int = 32) -> str:
    """A URL-safe secret of `size` random bytes."""
    return secrets.token_urlsafe(size)


# No vowels, nothing that looks like something else: codes are read aloud and typed from paper.
_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"


def short_code(length: int = 8) -> str:
    """A code for people: referral links, recovery codes."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
