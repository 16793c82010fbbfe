"""Passwords: argon2id, a floor under their strength, and the same work whether or not there is one to compare."""

from __future__ import annotations

from functools import cache

import argon2
from flask_babel import gettext as _

from hubapp.kernel import ids
from hubapp.people.accounts import policies
from hubapp.people.accounts.errors import WeakPassword

# Three passes over 19 MiB: strong enough, and eight threads hashing at once stay within a worker's memory.
_hasher = argon2.PasswordHasher(time_cost=3, memory_cost=19_456, parallelism=1)


@cache
def _nobody() -> str:
    """Checked when there is no such account, so that the answer takes as long as for one that exists."""
    return _hasher.hash(ids.secret())


def verify(hashed: str | None, password: str) -> bool:
    """Whether the password fits; takes as long when there is nothing to compare with."""
    if len(password) > policies.MAX_PASSWORD:
        return False
    try:
        _hasher.verify(hashed or _nobody(), password)
    except argon2.exceptions.VerificationError:
        return False
    return hashed is not None


def is_outdated(hashed: str) -> bool:
    """Whether a stored hash was made with older parameters."""
    return _hasher.check_needs_rehash(hashed)


def hash_password(password: str) -> str:
    """Argon2id, with its parameters and salt in the text."""
    return _hasher.hash(password)


def strong_hash(password: str, email: str, name: str) -> str:
    """Hash of an acceptable password. Refuses with WeakPassword."""
    messages = {
        "short": _("Use at least %(count)s characters. Three or four words work well.", count=policies.MIN_PASSWORD),
        "long": _("Use at most %(count)s characters.", count=policies.MAX_PASSWORD),
        "common": _(
            "This is among the first passwords that anybody would try. Three or four unrelated words work well."
        ),
        "personal": _("This is too close to your name or address. Choose something that only you know."),
    }
    weakness = policies.password_weakness(password, personal=(email, name))
    if weakness:
        raise WeakPassword(messages[weakness])
    return hash_password(password)
