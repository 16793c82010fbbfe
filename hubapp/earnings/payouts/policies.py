"""Pure rules of payouts: the least amount, what stands in the way, what may be tried again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask_babel import lazy_gettext as _l

from hubapp.earnings.payouts.models import PartStatus, PayeeStatus, PayoutStatus, Rhythm
from hubapp.kernel.money import Money, exponent
from hubapp.money.payments.gateway_values import PayeeAccount

FINISHED = frozenset({PayoutStatus.PAID, PayoutStatus.FAILED, PayoutStatus.CANCELED})
MOVES: dict[str, frozenset[str]] = {
    PayoutStatus.REQUESTED: frozenset({"prepared", "canceled"}),
    PayoutStatus.PREPARED: frozenset({"transferred", "canceled"}),
    PayoutStatus.TRANSFERRED: frozenset({"paying", "returning"}),
    PayoutStatus.PAYING: frozenset({"paid", "returning"}),
    PayoutStatus.RETURNING: frozenset({"failed"}),
    PayoutStatus.PAID: frozenset({"returning"}),  # the bank may send it back days later
    PayoutStatus.FAILED: frozenset(),
    PayoutStatus.CANCELED: frozenset(),
}

SMALLEST_UNITS = 10
# Nobody may set a minimum that they never reach by mistake: at most so many times the least.
LARGEST_MINIMUM = 1_000
SMALLEST = {"KES": 1_000, "NGN": 15_000, "JPY": 1_500, "XOF": 5_000, "MAD": 100, "EGP": 500}
# Refused now, possible later. Everything else that the provider refuses stays refused.
PASSING = frozenset({"balance_insufficient", "never_arrived", "rate_limit"})
RETRY_AFTER = timedelta(minutes=15)
POLL_EVERY = timedelta(minutes=2)
LOOK_AGAIN_AFTER = timedelta(days=1)  # at what is paid and may be sent back

# What a part goes through in its hub's books, by the state of its payout.
_WAY: dict[str, tuple[PartStatus, ...]] = {
    PayoutStatus.TRANSFERRED: (PartStatus.TRANSFERRED,),
    PayoutStatus.PAYING: (PartStatus.TRANSFERRED,),
    PayoutStatus.RETURNING: (PartStatus.TRANSFERRED,),
    PayoutStatus.PAID: (PartStatus.TRANSFERRED, PartStatus.PAID),
    PayoutStatus.FAILED: (PartStatus.TRANSFERRED, PartStatus.RELEASED),
    PayoutStatus.CANCELED: (PartStatus.RELEASED,),
}
_BOUNCED = (PartStatus.TRANSFERRED, PartStatus.PAID, PartStatus.BOUNCED)
_WAY_BACK: dict[str, tuple[PartStatus, ...]] = {
    PayoutStatus.RETURNING: _BOUNCED,
    PayoutStatus.FAILED: (*_BOUNCED, PartStatus.RELEASED),
}


@dataclass(frozen=True, slots=True)
class Summary:
    """A person's money in one hub, in minor units: five numbers, each with its own reason.

    `payable` is what a payout would bring now; `kept_back` what it would settle of `owed_back`.
    """

    currency: str
    held: int
    available: int
    in_transit: int
    paid: int
    owed_back: int
    payable: int
    kept_back: int


def minimum(currency: str, own: Mapping[str, int] | None = None) -> Money:
    """The least that is paid out: a bank transfer costs more than it brings below that. `own`: what a payee chose."""
    least = SMALLEST.get(currency, SMALLEST_UNITS) * 10 ** exponent(currency)
    return Money(max(least, (own or {}).get(currency, 0)), currency)


def is_due(rhythm: str, last: datetime | None, now: datetime) -> bool:
    """Whether a run may pay: once a week, from Monday on, or once a month, from the first on (UTC)."""
    if rhythm == Rhythm.REQUEST:
        return False
    today = now.astimezone(UTC).date()
    begin = today.replace(day=1) if rhythm == Rhythm.MONTHLY else today - timedelta(days=today.weekday())
    return last is None or last.astimezone(UTC).date() < begin


def payee_status(account: PayeeAccount) -> PayeeStatus:
    """The provider's view of an account in our words."""
    if account.transfers_enabled and account.payouts_enabled:
        return PayeeStatus.READY
    if account.details_submitted and account.disabled_reason:
        return PayeeStatus.DISABLED
    return PayeeStatus.ONBOARDING


def obstacle(*, status: str, frozen_reason: str | None, is_same_bank: bool) -> str | None:
    """Why a payee cannot be paid now, or None."""
    if frozen_reason:
        return str(_l("This payout account is frozen: %(reason)s", reason=frozen_reason))
    if status == PayeeStatus.DISABLED:
        return str(_l("The payment provider has stopped this payout account."))
    if status != PayeeStatus.READY:
        return str(_l("The payout account is not complete yet."))
    if not is_same_bank:
        return str(_l("The bank account changed after the payout was asked for. Please ask again."))
    return None


def steps(payout_status: str, part_status: str, *, is_bounced: bool = False) -> tuple[PartStatus, ...]:
    """What a part has still to go through, in order; nothing when it is where it belongs."""
    if part_status in {PartStatus.LEFT_OUT, PartStatus.RELEASED}:
        return ()
    way = (_WAY_BACK if is_bounced else _WAY).get(payout_status, ())
    place = PartStatus(part_status)
    if place in way:
        return way[way.index(place) + 1 :]
    return () if place in {PartStatus.PAID, PartStatus.BOUNCED} else way


# (payout, part, whether the bank returned it) of every part that has a step ahead of it.
BEHIND = tuple(
    (payout, part, is_bounced)
    for is_bounced in (False, True)
    for payout in PayoutStatus
    for part in PartStatus
    if steps(payout, part, is_bounced=is_bounced)
)
