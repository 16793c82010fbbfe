"""Keys that sign statements: derived from the signing key by number, so that there is nothing to store or lose.

To rotate, raise HUBAPP_STATEMENT_KEY by one: the new key signs, the earlier ones stay published, because the statements
that they signed have to be checked for years. When the signing key itself is replaced, put the public keys of before
into HUBAPP_STATEMENT_KEYS_BEFORE.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hubapp.earnings.compensation import verify_statement
from hubapp.kernel.config import Settings

PATH = "/.well-known/hubapp-statement-keys.json"


def private_key(secret: str, number: int) -> Ed25519PrivateKey:
    """The key of a number."""
    seed = hmac.digest(secret.encode(), f"statement: key {number}".encode(), hashlib.sha256)
    return Ed25519PrivateKey.from_private_bytes(seed)


def current(settings: Settings) -> Ed25519PrivateKey:
    """The key that signs now."""
    return private_key(settings.signing_key, settings.statement_key)


def salt(secret: str, *, run: str, account: str) -> bytes:
    """What makes the pseudonyms of one statement: nobody outside can guess or link them, and a rerun gives the same."""
    return hmac.digest(secret.encode(), f"statement: salt {run} {account}".encode(), hashlib.sha256)


def published(settings: Settings) -> dict[str, Any]:
    """All public keys, the current one first."""
    numbers = range(settings.statement_key, 0, -1)
    own = [private_key(settings.signing_key, number).public_key().public_bytes_raw() for number in numbers]
    before = [bytes.fromhex(one) for one in settings.statement_keys_before.split()]
    rows = [
        {
            "id": verify_statement.key_id(key),
            "algorithm": "Ed25519",
            "public_key": key.hex(),
            "status": "retired" if place else "current",
        }
        for place, key in enumerate([*own, *before])
    ]
    return {"keys": rows}
