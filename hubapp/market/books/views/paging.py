"""Places in a list of postings, as they stand in addresses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from flask import request

from hubapp.money.ledger.postings import PAGE, PostingLine

LONGEST = 18


def before() -> tuple[int, int] | None:
    """(seq, position) of the last line seen, from the address; nonsense is none."""
    seq, _dot, position = request.args.get("before", "").partition(".")
    parts = (seq, position)
    if not all(part.isascii() and part.isdigit() and len(part) <= LONGEST for part in parts):
        return None
    return int(seq), int(position)


def page_of(found: Sequence[PostingLine]) -> tuple[Sequence[PostingLine], str]:
    """The lines of a page and where the next one begins; asked with one more than a page holds."""
    lines = found[:PAGE]
    return lines, f"{lines[-1].seq}.{lines[-1].position}" if len(found) > PAGE else ""


def month() -> date | None:
    """The first day of the month `month=2026-11` in the address."""
    try:
        return date.fromisoformat(f"{request.args.get('month', '')}-01")
    except ValueError:
        return None


def moment(name: str) -> datetime | None:
    """A time with its zone from the address; nonsense is none."""
    try:
        found = datetime.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return found if found.tzinfo else None
