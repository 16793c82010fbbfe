"""The memory of answers: the same key with the same request gives the same answer, for a day."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from hubapp.money.payments.sandbox.errors import ApiError
from hubapp.money.payments.sandbox.store import Tx

KEPT_FOR = timedelta(hours=24)
LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body, whether it came from memory, and whether the line broke on the way back."""

    status: int
    body: bytes
    is_replay: bool = False
    is_lost: bool = False


def digest(method: str, path: str, pairs: list[tuple[str, str]]) -> bytes:
    """What makes two requests the same; the order of parameters does not."""
    text = "\n".join([method, path, *sorted(f"{name}={value}" for name, value in pairs)])
    return hashlib.sha256(text.encode()).digest()


def recall(tx: Tx, key: str, request: bytes) -> Answer | None:
    """The answer kept under a key; holds the key until the transaction ends.

    Refuses a key that another request is using at this moment, or used with other parameters.
    """
    if len(key) > LONGEST_KEY:
        raise ApiError(f"Idempotency keys are at most {LONGEST_KEY} characters.", code="idempotency_key_too_long")
    number = int.from_bytes(hashlib.sha256(f"{tx.account}\n{key}".encode()).digest()[:8], signed=True)
    row = tx.connection.execute("SELECT pg_try_advisory_xact_lock(%s) AS is_ours", (number,)).fetchone()
    if row is None or not row["is_ours"]:
        message = f"There is currently another in-progress request using this idempotency key: {key}."
        raise ApiError(message, status=409, kind="idempotency_error", code="idempotency_key_in_use")
    kept = tx.connection.execute(
        "SELECT request_hash, status, body FROM idempotency WHERE account = %s AND key = %s AND created > %s",
        (tx.account, key, tx.now - KEPT_FOR),
    ).fetchone()
    if kept is None:
        return None
    if bytes(kept["request_hash"]) != request:
        message = (
            f"Keys for idempotent requests can only be used with the same parameters they were first used with: {key}."
        )
        raise ApiError(message, kind="idempotency_error")
    return Answer(kept["status"], bytes(kept["body"]), is_replay=True)


def remember(tx: Tx, key: str, request: bytes, answer: Answer) -> None:
    """Keep an answer; one that is older than a day makes room."""
    tx.connection.execute(
        "INSERT INTO idempotency (account, key, request_hash, status, body, created) VALUES (%s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (account, key) DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status,"
        " body = excluded.body, created = excluded.created",
        (tx.account, key, request, answer.status, answer.body, tx.now),
    )
