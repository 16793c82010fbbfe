"""Letters about retainers to the person, written with plain values only, in the look of the hub in scope."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from hubapp.earnings.retainers.models import Retainer, RetainerPeriod, RetainerTakeBack
from hubapp.earnings.retainers.policies import Period
from hubapp.kernel.db import require_hub_id
from hubapp.people.notifications import services as notifications


def agreed(*, retainer: Retainer, now: datetime) -> None:
    """What was agreed with them."""
    _send(retainer, "retainer_agreed", {}, now)


def ended(*, retainer: Retainer, now: datetime) -> None:
    """The last day, and why."""
    _send(retainer, "retainer_ended", {"reason": retainer.end_reason or ""}, now)


def earned(*, retainer: Retainer, periods: Sequence[Period], now: datetime) -> None:
    """What they have earned; several periods at once, after a standstill of ours, are one letter."""
    context = {
        "earned": sum(period.amount for period in periods),
        "from_day": periods[0].first.isoformat(),
        "to_day": periods[-1].last.isoformat(),
    }
    _send(retainer, "retainer_earned", context, now)


def taken_back(*, retainer: Retainer, row: RetainerTakeBack, period: RetainerPeriod, now: datetime) -> None:
    """What of a period was taken back, and why."""
    context = {
        "taken": row.amount,
        "words": row.words,
        "from_day": period.first_day.isoformat(),
        "to_day": period.last_day.isoformat(),
    }
    _send(retainer, "retainer_taken_back", context, now)


def _send(retainer: Retainer, template: str, more: dict[str, Any], now: datetime) -> None:
    notifications.send_mail(
        to_account_id=retainer.account_id,
        template=template,
        hub_id=require_hub_id(),
        context={
            "amount": retainer.amount,
            "currency": retainer.currency,
            "rhythm": retainer.rhythm,
            "first_day": retainer.first_day.isoformat(),
            "last_day": retainer.last_day.isoformat() if retainer.last_day else "",
            "never_began": retainer.last_day is not None and retainer.last_day < retainer.first_day,
            "note": retainer.note,
            **more,
        },
        now=now,
    )
