"""Pure rules of payouts: the least amount, what stands in the way, what may be tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask_babel import lazy_gettext as _l

from hubapp.earnings.payouts.models import PartStatus, PayeeStatus, PayoutStatus
from hubapp.kernel.money import Money, exponent
from hubapp.money.payments.gateway_values import PayeeAccount

FINISHED = frozenset({PayoutStatus.PAID, PayoutStatus.FAILED, PayoutStatus.CANCELED})
MOVES: dict[str, frozenset[str]] = {
    PayoutStatus.REQUESTED: frozenset({"prepared", "canceled"}),
    PayoutStatus.PREPARED: frozenset({"transferred", "canceled"}),
    PayoutStatus.TRANSFERRED: frozenset({"paying", "returning"}),
    PayoutStatus.PAYING: frozenset({"paid", "returning"}),
    PayoutStatus.RETURNING: frozenset({"failed"}),
    PayoutStatus.PAID: frozenset(),
    PayoutStatus.FAILED: frozenset(),
    PayoutStatus.CANCELED: frozenset(),
}

SMALLEST_UNITS = 10
SMALLEST = {"KES": 1_000, "NGN": 15_000, "JPY": 1_500, "XOF": 5_000, "MAD": 100, "EGP": 500}
# Refused now, possible later. Everything else that the provider refuses stays refused.
PASSING = frozenset({"balance_insufficient", "never_arrived", "rate_limit"})
RETRY_AFTER = timedelta(minutes=15)
POLL_EVERY = timedelta(minutes=2)

# What a part still has to go through in its hub's books, by the state of its payout.
_AHEAD: dict[str, tuple[PartStatus, ...]] = {
    PayoutStatus.TRANSFERRED: (PartStatus.TRANSFERRED,),
    PayoutStatus.PAYING: (PartStatus.TRANSFERRED,),
    PayoutStatus.RETURNING: (PartStatus.TRANSFERRED,),
    PayoutStatus.PAID: (PartStatus.TRANSFERRED, PartStatus.PAID),
    PayoutStatus.FAILED: (PartStatus.TRANSFERRED, PartStatus.RELEASED),
    PayoutStatus.CANCELED: (PartStatus.RELEASED,),
}


@dataclass(frozen=True, slots=True)
class Summary:
    """A person's money in one hub, in minor units: four numbers, each with its own reason."""

    currency: str
    held: int
    available: int
    in_transit: int
    paid: int


def minimum(currency: str) -> Money:
    """The least that is paid out: a bank transfer costs more than it brings below that."""
    return Money(SMALLEST.get(currency, SMALLEST_UNITS) * 10 ** exponent(currency), currency)


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


def steps(payout_status: str, part_status: str) -> tuple[PartStatus, ...]:
    """What a part has still to go through, in order; nothing when it is where it belongs."""
    if part_status in {PartStatus.LEFT_OUT, PartStatus.PAID, PartStatus.RELEASED}:
        return ()
    ahead = _AHEAD.get(payout_status, ())
    return tuple(step for step in ahead if step != part_status)
