"""What a table that search looks into has beside its own columns: its words, a name without accents, their indexes.

The database alone writes and reads them (its functions `find_…`); no page ever fetches them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Computed, Index, Text, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, deferred, mapped_column


class Found(NamedTuple):
    """Where something that was found stands among the others: the page after it begins there.

    `rank` 0 comes before 1, then `at` where it counts, then the id. `kind`: which of an area's tables it is in.
    """

    rank: int
    id: UUID
    at: datetime | None = None
    kind: str = ""


def key_text(found: Found) -> str:
    """Where the page after this one begins, for an address."""
    return f"{found.rank}~{found.at.isoformat() if found.at else ''}~{found.id}"


def key_of(text: str) -> Found | None:
    """The same from an address; nonsense begins at the top."""
    rank, at, key = (*text.split("~"), "", "", "")[:3]
    try:
        moment = datetime.fromisoformat(at) if at else None
        found = Found(int(rank), UUID(key), moment)
    except ValueError:
        return None
    is_known = found.rank in {0, 1} and (moment is None or moment.tzinfo is not None)
    return found if is_known else None


def terms(sql: str) -> Mapped[Any]:
    """The column `terms`: every word of a row, as `sql` puts them together."""
    return deferred(mapped_column(TSVECTOR, Computed(sql, persisted=True)))


def folded(column: str) -> Mapped[Any]:
    """The column `folded`: a name or title as it is compared with one that was mistyped."""
    return deferred(mapped_column(Text, Computed(f"folded({column})", persisted=True)))


def indexes(table: str, *, where: str = "", has_name: bool = True, has_hub: bool = True) -> tuple[Index, ...]:
    """Their indexes. What is new belongs into them at once, not onto a list to be read first: reading is the rule."""
    how: dict[str, Any] = {"postgresql_using": "gin", "postgresql_with": {"fastupdate": "off"}}
    if where:
        how["postgresql_where"] = text(where)
    words = Index(f"ix_{table}_terms", "terms", **how)
    if not has_name:
        return (words,)
    keys = ("hub_id", "folded") if has_hub else ("folded",)
    return words, Index(f"ix_{table}_folded", *keys, postgresql_ops={"folded": "gin_trgm_ops"}, **how)
