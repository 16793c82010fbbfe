"""Pure rules of payments: which moves are allowed, what the provider's answer means, when to try again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask_babel import gettext as _

from hubapp.money.payments.gateway_cards import IntentState
from hubapp.money.payments.gateway_values import ChargeState, CheckoutState, RefundState
from hubapp.money.payments.gateway_values import RefundStatus as ProviderRefundStatus
from hubapp.money.payments.models import PaymentStatus, RefundStatus

# A status only ever moves along these arrows; what arrives late and points backwards is ignored.
PAYMENT_MOVES: dict[str, frozenset[str]] = {
    PaymentStatus.NEW: frozenset({"open", "processing", "succeeded", "failed", "expired", "canceled"}),
    PaymentStatus.OPEN: frozenset({"processing", "succeeded", "failed", "expired", "canceled"}),
    PaymentStatus.PROCESSING: frozenset({"succeeded", "failed"}),
    PaymentStatus.SUCCEEDED: frozenset(),
    PaymentStatus.FAILED: frozenset(),
    PaymentStatus.EXPIRED: frozenset(),
    PaymentStatus.CANCELED: frozenset(),
}
REFUND_MOVES: dict[str, frozenset[str]] = {
    RefundStatus.REQUESTED: frozenset({"pending", "succeeded", "failed"}),
    RefundStatus.PENDING: frozenset({"succeeded", "failed"}),
    # A card may refuse the money days after the provider called it done.
    RefundStatus.SUCCEEDED: frozenset({"failed"}),
    RefundStatus.FAILED: frozenset(),
}
UNFINISHED = frozenset({PaymentStatus.NEW, PaymentStatus.OPEN, PaymentStatus.PROCESSING})

BEGINNING = datetime(2011, 1, 1, tzinfo=UTC)  # older than any account with the provider
KEY_LIVES = timedelta(hours=20)  # the provider forgets keys after 24
LEASE = timedelta(seconds=90)  # longer than the client's timeouts and retries together
POLL_EVERY = timedelta(minutes=2)
LOOK_AGAIN_AFTER = timedelta(days=1)  # at what is done and may be undone
FORGOTTEN_AFTER = timedelta(hours=2)  # an event whose job gave up is taken up again
NEVER_OURS_AFTER = timedelta(days=14)
# The provider wants 30 minutes from when it hears of it, which may be after half an hour of tries; we close it earlier.
PAGE_LIVES_AT_LEAST = timedelta(minutes=65)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at the provider says about a payment."""

    status: PaymentStatus
    charge: ChargeState | None = None

    @property
    def foreign_currency(self) -> str | None:
        """The currency into which the provider converted a charge, where it did."""
        if self.charge is None or self.charge.settled_currency in {None, self.charge.currency}:
            return None
        return str(self.charge.settled_currency).upper()


def may_move(moves: dict[str, frozenset[str]], old: str, new: str) -> bool:
    """Whether a status may change from `old` to `new`."""
    return new in moves[old]


def seen(state: CheckoutState) -> Seen:
    """Read a checkout: a refused card leaves its page open, an amount of unknown fee is not settled yet."""
    charge = state.charge
    if charge is not None and charge.status == "succeeded":
        is_known = charge.fee is not None and charge.settled_currency in {None, charge.currency}
        return Seen(PaymentStatus.SUCCEEDED if is_known else PaymentStatus.PROCESSING, charge)
    if state.status == "expired":
        return Seen(PaymentStatus.EXPIRED, charge)
    if state.status == "complete" and charge is not None and charge.status == "failed":
        # The page is closed for good; a bank said no afterwards.
        return Seen(PaymentStatus.FAILED, charge)
    if state.status == "complete" or (charge is not None and charge.status == "pending"):
        return Seen(PaymentStatus.PROCESSING, charge)
    return Seen(PaymentStatus.OPEN, charge)


def seen_intent(state: IntentState) -> Seen:
    """Read a charge of a saved card: a refused one is never tried again under its intent."""
    if state.status in {"requires_payment_method", "requires_action", "canceled"}:
        return Seen(PaymentStatus.FAILED, state.charge)
    charge = state.charge
    is_known = charge is not None and charge.fee is not None and charge.settled_currency in {None, charge.currency}
    is_paid = state.status == "succeeded" and is_known
    return Seen(PaymentStatus.SUCCEEDED if is_paid else PaymentStatus.PROCESSING, charge)


def refund_status(state: RefundState) -> RefundStatus:
    """The provider's word for a refund in ours."""
    known: dict[ProviderRefundStatus, RefundStatus] = {
        "pending": RefundStatus.PENDING,
        "requires_action": RefundStatus.PENDING,
        "succeeded": RefundStatus.SUCCEEDED,
        "failed": RefundStatus.FAILED,
        "canceled": RefundStatus.FAILED,
    }
    return known[state.status]


def refund_failure(reason: str | None) -> str:
    """Why a refund did not arrive, in words, from the provider's code."""
    known: dict[str, str] = {
        "lost_or_stolen_card": _("the card is lost or stolen."),
        "expired_or_canceled_card": _("the card has expired or was canceled."),
        "charge_for_pending_refund_disputed": _("the payment is disputed."),
        "insufficient_funds": _("too little money was there to give back."),
        "declined": _("the buyer's bank refused it."),
    }
    return known.get(reason or "") or str(_("the buyer's bank sent it back."))


def card_refusal(code: str | None) -> str:
    """Why a card could not be charged, in words for its owner, from the provider's code."""
    known: dict[str, str] = {
        "insufficient_funds": _("There is not enough money on this card. Try another one."),
        "expired_card": _("This card has expired. Try another one."),
        "transaction_not_allowed": _("The bank does not allow this payment. Try another card."),
        "processing_error": _("Something went wrong at the bank. Try again in a moment."),
    }
    return known.get(code or "") or str(_("The bank declined this card. Try another one."))


def backoff(attempts: int) -> timedelta:
    """How long to wait after the n-th attempt: 10 s, 20 s, 40 s … 15 minutes."""
    return timedelta(seconds=min(10 * 2 ** max(attempts - 1, 0), 900))


def must_look_up(first_sent_at: datetime | None, now: datetime) -> bool:
    """Whether a command is too old to be sent again: its key may be forgotten, and the money moved twice."""
    return first_sent_at is not None and now - first_sent_at > KEY_LIVES


def page_expiry(wanted: datetime, first_sent_at: datetime) -> datetime:
    """When the provider closes the card page; from stored times only, so that a command sent again says the same."""
    return max(wanted, first_sent_at + PAGE_LIVES_AT_LEAST)
