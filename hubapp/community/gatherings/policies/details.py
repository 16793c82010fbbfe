"""What a gathering may say of itself, and what people answer when they register: plain values and their limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from hubapp.community.gatherings.models import Format

LONGEST_TITLE = 120
LONGEST_BODY = 20_000
LONGEST_LINE = 300
LONGEST_ANSWER = 500
MOST_QUESTIONS = 5
MOST_CHOICES = 20
MOST_SEATS = 20
LARGEST_CAPACITY = 100_000
LONGEST_MINUTES = 14 * 24 * 60
TEXT, CHOICE, YES_NO = "text", "choice", "yes_no"
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Question:
    """Something asked at registration; `kind` text, choice or yes_no.

    Answers are kept under its `key`; '': it has none yet. `is_asked` false: it is kept for the answers given to it.
    """

    key: str
    label: str
    kind: str = TEXT
    is_required: bool = False
    choices: tuple[str, ...] = ()
    is_asked: bool = True

    def accepts(self, answer: str) -> bool:
        """Whether this answers it."""
        if not answer:
            return not self.is_required
        if self.kind == CHOICE:
            return answer in self.choices
        return answer in {YES, NO} if self.kind == YES_NO else len(answer) <= LONGEST_ANSWER

    def as_json(self) -> dict[str, Any]:
        """As a gathering keeps it."""
        row = asdict(self)
        if self.is_asked:
            del row["is_asked"]
        return row


@dataclass(frozen=True, slots=True)
class Details:
    """All of a gathering but its time; `closes_minutes`: how long before the start registration ends.

    `price`: of a seat, in minor units, tax inside; None: free. `refund_hours` before the start it is paid back for the
    last time; None: never.
    """

    title: str
    body_md: str = ""
    format: str = Format.PLACE
    place_name: str = ""
    address: str = ""
    how_to_find: str = ""
    online_url: str = ""
    host_account_id: UUID | None = None
    capacity: int | None = None
    most_seats: int = 1
    closes_minutes: int = 0
    price: int | None = None
    tax_category: str = "standard"
    refund_hours: int | None = 24
    is_sold_by_host: bool = False
    questions: tuple[Question, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As a series keeps it."""
        host = None if self.host_account_id is None else str(self.host_account_id)
        return {**asdict(self), "host_account_id": host, "questions": [one.as_json() for one in self.questions]}


def details_from(values: Mapping[str, Any]) -> Details:
    """Back from what a series keeps."""
    host = values["host_account_id"]
    return replace(
        Details(**{**values, "questions": questions_from(values["questions"])}),
        host_account_id=None if host is None else UUID(host),
    )


def questions_from(rows: list[dict[str, Any]]) -> tuple[Question, ...]:
    """Questions as rows keep them, those as well that are asked no more."""
    return tuple(Question(**{**row, "choices": tuple(row["choices"])}) for row in rows)


def asked_from(rows: list[dict[str, Any]]) -> tuple[Question, ...]:
    """Those that are asked now."""
    return tuple(one for one in questions_from(rows) if one.is_asked)


def is_link(text: str) -> bool:
    """Whether this is an address that a browser opens."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(char <= " " for char in text)


def plain_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
