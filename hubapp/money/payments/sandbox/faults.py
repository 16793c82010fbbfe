"""Planted faults: what should go wrong next, kept in the database and used up one by one."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, get_args

from psycopg import Connection
from psycopg.types.json import Jsonb

# error: a 500, nothing done; error_after: a 500, and it was done; both are kept under the key and replayed.
# timeout_before: the line breaks, nothing done; timeout: the line breaks, and it was done. rate_limit: a 429.
ApiFault: TypeAlias = Literal["error", "error_after", "timeout_before", "timeout", "rate_limit"]


def plant(connection: Connection[dict[str, Any]], *, kind: ApiFault, matches: str, times: int) -> None:
    """Let the next requests to an operation (its name or how that begins, '' for any) fail."""
    if kind not in get_args(ApiFault):
        raise ValueError(f"There is no fault {kind}: choose one of {', '.join(get_args(ApiFault))}.")
    connection.execute(
        "INSERT INTO fault (target, matches, kind, settings, remaining) VALUES ('api', %s, %s, %s, %s)",
        (matches, kind, Jsonb({}), times),
    )


def take(connection: Connection[dict[str, Any]], operation: str) -> str | None:
    """Use up one fault meant for this operation, if there is one."""
    row = connection.execute(
        "UPDATE fault SET remaining = remaining - 1 WHERE id = (SELECT id FROM fault"
        " WHERE target = 'api' AND remaining > 0 AND starts_with(%s, matches)"
        " ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING kind",
        (operation,),
    ).fetchone()
    return row["kind"] if row else None
