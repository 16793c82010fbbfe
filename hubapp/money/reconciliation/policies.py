"""Pure rules of the comparison: what a line should look like in the books, and which difference explains itself."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

# Jobs and the poller need minutes; what is older than this explains itself no longer.
GRACE = timedelta(hours=2)


class Kind(enum.StrEnum):
    """What differs."""

    MISSING_IN_BOOKS = "missing_in_books"
    MISSING_AT_PROVIDER = "missing_at_provider"
    AMOUNT_DIFFERS = "amount_differs"
    FEE_DIFFERS = "fee_differs"
    NOT_RELEASED = "not_released"
    TOTAL_DIFFERS = "total_differs"


class Reason(enum.StrEnum):
    """Why, as far as a rule can tell. Those of `PASSING` explain a young difference, the others never do."""

    NOT_OBSERVED = "not_observed"
    NOT_BOOKED_YET = "not_booked_yet"
    UNANSWERED = "unanswered"
    JUST_BOOKED = "just_booked"
    MOVING = "moving"
    UNKNOWN_SOURCE = "unknown_source"
    UNKNOWN_KIND = "unknown_kind"
    PLATFORM_PAYOUT = "platform_payout"
    NEVER_BOOKED = "never_booked"
    OTHER_AMOUNT = "other_amount"
    OTHER_FEE = "other_fee"
    NO_LINE = "no_line"
    UNACCOUNTED = "unaccounted"
    IN_TRANSIT = "in_transit"
    OTHERS_MONEY = "others_money"
    UNREACHABLE = "unreachable"


PASSING = frozenset({Reason.NOT_OBSERVED, Reason.NOT_BOOKED_YET, Reason.JUST_BOOKED, Reason.MOVING})
# A command without an answer is asked again until there is one, and the console names it: explained, however old.
ALWAYS = frozenset({Reason.UNANSWERED})
# What a passing reason becomes when its time is over.
OVERDUE = {
    Reason.NOT_OBSERVED: Reason.UNKNOWN_SOURCE,
    Reason.NOT_BOOKED_YET: Reason.NEVER_BOOKED,
    Reason.JUST_BOOKED: Reason.NO_LINE,
    Reason.MOVING: Reason.UNACCOUNTED,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One balance transaction; amounts in minor units, signed as on our balance."""

    id: str
    type: str
    source_id: str | None
    currency: str
    amount: int
    fee: int
    net: int
    created_at: datetime
    available_on: datetime


@dataclass(frozen=True, slots=True)
class Booked:
    """What the books say about a line: the whole effect, the fee within it, and the entries that say so."""

    net: int
    fee: int = 0
    entries: tuple[tuple[int, UUID], ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference as one run sees it."""

    key: str
    kind: Kind
    reason: Reason
    is_explained: bool
    currency: str
    provider_amount: int
    books_amount: int
    occurred_at: datetime
    hub_id: int | None = None
    account: str | None = None
    line: Line | None = None
    entry_id: UUID | None = None
    entry_key: str | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What a matcher knows of a line: whose it is, what is booked of it, and why it may be missing.

    `waits_since`: since when a job or a poller may be at work on it; None with a reason that never passes.
    """

    booked: Booked = field(default_factory=lambda: Booked(0))
    hub_id: int | None = None
    ref: str | None = None
    missing: Reason = Reason.UNKNOWN_SOURCE
    waits_since: datetime | None = None
    is_released: bool = True


def line_key(line_id: str) -> str:
    """Business key of a line's difference."""
    return f"txn:{line_id}"


def entry_key(hub_id: int, key: str) -> str:
    """Business key of an entry's difference."""
    return f"entry:{hub_id}:{key}"


def total_key(currency: str) -> str:
    """Business key of a difference in sum."""
    return f"total:{currency}"


def judged(reason: Reason, waits_since: datetime | None, now: datetime) -> tuple[Reason, bool]:
    """(the reason as of now, whether it explains the difference)."""
    if reason in ALWAYS:
        return reason, True
    if reason not in PASSING:
        return reason, False
    if waits_since is not None and now - waits_since <= GRACE:
        return reason, True
    return OVERDUE[reason], False


def compare(line: Line, expected: Expected, now: datetime) -> Finding | None:
    """Hold a line against the books; None when they agree."""
    booked = expected.booked
    waits_since = max(filter(None, (line.created_at, expected.waits_since)))
    if not booked.entries:
        kind, wanted = Kind.MISSING_IN_BOOKS, expected.missing
    elif booked.fee != line.fee:
        kind, wanted = Kind.FEE_DIFFERS, Reason.OTHER_FEE
    elif booked.net != line.net:
        kind, wanted = (
            Kind.AMOUNT_DIFFERS,
            Reason.NOT_BOOKED_YET if expected.missing in PASSING else Reason.OTHER_AMOUNT,
        )
    elif not expected.is_released and line.available_on <= now:
        kind, wanted, waits_since = Kind.NOT_RELEASED, Reason.NOT_BOOKED_YET, max(waits_since, line.available_on)
    else:
        return None
    reason, is_explained = judged(wanted, waits_since, now)
    if kind is Kind.AMOUNT_DIFFERS and not is_explained:
        reason = Reason.OTHER_AMOUNT
    return Finding(
        key=line_key(line.id),
        kind=kind,
        reason=reason,
        is_explained=is_explained,
        currency=line.currency,
        provider_amount=line.net,
        books_amount=booked.net,
        occurred_at=line.created_at,
        hub_id=expected.hub_id,
        line=line,
        ref=expected.ref,
    )


def suspense(*, status: str, is_by_person: bool, kind: str, gap: int, held: int, is_connected: bool = False) -> int:
    """What the suspense account should hold for a difference, in minor units.

    Open differences put their gap there, so that the books say what the provider has; a person's note leaves it there
    until an entry or a counterpart clears it. A difference in sum has no business anywhere: nobody knows whose it is.
    Nor has what differs on a connected account: that is the payee's money, not ours.
    """
    if is_connected or kind == Kind.TOTAL_DIFFERS or status == "resolved":
        return 0
    if status == "open":
        return gap
    return held if is_by_person else 0
