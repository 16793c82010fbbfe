"""The only place that makes ids and secrets out of chance."""

from __future__ import annotations

import os
import secrets
import time
import uuid


def uuid7() -> uuid.UUID:
    """A time-ordered UUID (RFC 9562, version 7): new rows land at the end of an index.

    The 12 bits after the milliseconds count the parts of one (section 6.2, method 3), so that what one process makes
    one after the other stays in that order; 62 bits are chance.
    """
    millis, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000
    chance = int.from_bytes(os.urandom(8)) & 0x3FFFFFFFFFFFFFFF
    return uuid.UUID(int=(millis & 0xFFFFFFFFFFFF) << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | chance)


def secret(size: int = 32) -> str:
    """A URL-safe secret of `size` random bytes."""
    return secrets.token_urlsafe(size)


def octets(size: int) -> bytes:
    """So many bytes out of chance, for what is encrypted with them."""
    return secrets.token_bytes(size)


# No vowels, nothing that looks like something else: codes are read aloud and typed from paper.
_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"


def short_code(length: int = 8) -> str:
    """A code for people: referral links, recovery codes."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
