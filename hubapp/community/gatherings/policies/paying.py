"""How long a seat waits for its money, and when the money goes back: rules without I/O."""

from __future__ import annotations

from datetime import datetime, timedelta

# For who takes a free seat: as long as one card page.
WINDOW = timedelta(minutes=30)
# For who waited and is asked: published, and said in the letter.
TIME_TO_PAY = timedelta(hours=24)
# A refund that cannot be made today, because a bank is looking into the payment.
TRY_AGAIN = timedelta(days=1)
# The choices of those who plan: hours before it begins; None: never.
REFUND_HOURS = (0, 24, 72, 168, None)


def asked_until(*, now: datetime, closes_at: datetime) -> datetime:
    """Until when who waited may pay: at most until registration closes, and never less than one card page."""
    return max(now + WINDOW, min(now + TIME_TO_PAY, closes_at))


def refundable_until(*, starts_at: datetime, hours: int | None) -> datetime | None:
    """Until when a seat that is given back is paid back; None: never."""
    return None if hours is None else starts_at - timedelta(hours=hours)


def is_refunded(*, starts_at: datetime, hours: int | None, was_moved: bool, now: datetime) -> bool:
    """Whether a seat given back now is paid back: by the policy; after a change of time or place until it begins."""
    if was_moved:
        return now < starts_at
    until = refundable_until(starts_at=starts_at, hours=hours)
    return until is not None and now < until
