"""Signed events to the configured endpoints: at least once, again and again until somebody takes them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from psycopg import Connection

from hubapp.kernel import clock
from hubapp.money.payments.sandbox.store import PLATFORM, Body, Row, stamp

Post: TypeAlias = Callable[[str, bytes, Mapping[str, str]], int]

# After a failed attempt, by the sandbox's clock; when they are used up the delivery counts as failed.
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600, 7200, 18_000, 36_000, 43_200, 86_400))
# Whoever takes a delivery and dies leaves it to others after this time.
LEASE = timedelta(seconds=60)
SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one endpoint."""

    event_id: str
    endpoint_id: str
    copy: int
    attempt: int
    url: str
    secret: str
    event: Body


def sign(payload: bytes, secret: str, at: datetime) -> str:
    """The signature header over a payload, made as the provider makes it."""
    seconds = stamp(at)
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def configure(connection: Connection[Row], *, kind: str, url: str, secret: str) -> None:
    """The one endpoint of a kind: where its events go and what signs them."""
    connection.execute(
        "INSERT INTO endpoint (id, kind, url, secret) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (id) DO UPDATE SET url = excluded.url, secret = excluded.secret, enabled = true",
        (f"we_sbx{kind}", kind, url, secret),
    )


def pause(connection: Connection[Row]) -> None:
    """Events that happen from now on go nowhere, until an endpoint is configured again."""
    connection.execute("UPDATE endpoint SET enabled = false")


def replay(connection: Connection[Row], now: datetime, *, event_id: str | None) -> int:
    """Send an event once more, or all of them, to whoever listens now; answers how many deliveries that makes."""
    cursor = connection.execute(
        "INSERT INTO delivery (event_id, endpoint_id, copy, next_at)"
        " SELECT event.id, endpoint.id, 1 + coalesce((SELECT max(copy) FROM delivery"
        "  WHERE event_id = event.id AND endpoint_id = endpoint.id), 0), %(now)s"
        " FROM event JOIN endpoint ON enabled"
        "  AND kind = CASE account WHEN %(platform)s THEN 'platform' ELSE 'connect' END"
        " WHERE %(event)s::text IS NULL OR event.id = %(event)s",
        {"now": now, "platform": PLATFORM, "event": event_id},
    )
    return cursor.rowcount


def claim(connection: Connection[Row], now: datetime, limit: int) -> list[Delivery]:
    """Take deliveries that are due; the lease keeps other workers off them while they are under way."""
    rows = connection.execute(
        "WITH taken AS ("
        " SELECT delivery.event_id, delivery.endpoint_id, delivery.copy FROM delivery"
        "  JOIN endpoint ON endpoint.id = endpoint_id AND enabled JOIN event ON event.id = event_id"
        "  WHERE state = 'pending' AND next_at <= %(now)s ORDER BY next_at, event.seq LIMIT %(limit)s"
        "  FOR UPDATE OF delivery SKIP LOCKED"
        ") UPDATE delivery SET attempts = attempts + 1, next_at = %(lease)s"
        " FROM taken, event, endpoint WHERE delivery.event_id = taken.event_id"
        "  AND delivery.endpoint_id = taken.endpoint_id AND delivery.copy = taken.copy"
        "  AND event.id = delivery.event_id AND endpoint.id = delivery.endpoint_id"
        " RETURNING delivery.event_id, delivery.endpoint_id, delivery.copy, attempts, url, secret, body, event.seq",
        {"now": now, "lease": now + LEASE, "limit": limit},
    ).fetchall()
    return [
        Delivery(
            row["event_id"],
            row["endpoint_id"],
            row["copy"],
            row["attempts"],
            row["url"],
            row["secret"],
            row["body"] | {"pending_webhooks": 1},
        )
        for row in sorted(rows, key=lambda row: int(row["seq"]))
    ]


def send(delivery: Delivery, post: Post) -> tuple[int | None, str | None]:
    """Sign by real time, as receivers check against theirs, and hand over; answers status or error."""
    payload = json.dumps(delivery.event, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": sign(payload, delivery.secret, clock.wall()),
        "User-Agent": "hubapp-sandbox-webhooks",
    }
    try:
        return post(delivery.url, payload, headers), None
    except Exception as error:  # noqa: BLE001  whatever the receiver or the line does, the event is tried again
        return None, f"{type(error).__name__}: {error}"[:500]


def settle(
    connection: Connection[Row], delivery: Delivery, *, now: datetime, status: int | None, error: str | None
) -> bool:
    """Note how an attempt ended; answers whether the event was taken."""
    is_taken = status in SUCCESS if status is not None else False
    values: dict[str, Any] = {
        "event": delivery.event_id,
        "endpoint": delivery.endpoint_id,
        "copy": delivery.copy,
        "attempt": delivery.attempt,
        "now": now,
        "status": status,
        "error": error,
    }
    connection.execute(
        "INSERT INTO delivery_attempt (event_id, endpoint_id, copy, attempt, at, status, error)"
        " VALUES (%(event)s, %(endpoint)s, %(copy)s, %(attempt)s, %(now)s, %(status)s, %(error)s)",
        values,
    )
    if is_taken:
        values |= {"state": "delivered", "next": now}
    elif delivery.attempt > len(BACKOFF):
        values |= {"state": "failed", "next": now}
    else:
        values |= {"state": "pending", "next": now + BACKOFF[delivery.attempt - 1]}
    connection.execute(
        "UPDATE delivery SET state = %(state)s, next_at = %(next)s"
        " WHERE event_id = %(event)s AND endpoint_id = %(endpoint)s AND copy = %(copy)s AND attempts = %(attempt)s",
        values,
    )
    return is_taken
