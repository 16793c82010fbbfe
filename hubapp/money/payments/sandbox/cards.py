"""The test cards and what each of them does; no other number is ever accepted or kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

Behaviour: TypeAlias = Literal["pays", "declines", "asks"]


@dataclass(frozen=True, slots=True)
class TestCard:
    """A card's behaviour; `code` and `decline_code` are the provider's, `field` is where a page shows the refusal."""

    __test__ = False  # its name begins with Test, and it is none

    number: str
    brand: str
    label: LazyString
    behaviour: Behaviour = "pays"
    code: str | None = None
    decline_code: str | None = None
    field: str = "number"
    is_instant: bool = False
    refund_fails: bool = False
    # What it does when nobody sits in front of it, where that differs; whether it can be saved although it declines.
    later: Behaviour | None = None
    is_saved_anyway: bool = False
    dispute: str = ""
    is_inquiry: bool = False

    @property
    def off_session(self) -> Behaviour:
        """What a saved card does when it is charged without its owner."""
        return self.later or self.behaviour

    @property
    def saving(self) -> Behaviour:
        """What happens when it is saved without a payment."""
        return "pays" if self.is_saved_anyway else self.behaviour

    @property
    def last4(self) -> str:
        """What statements show."""
        return self.number[-4:]

    @property
    def grouped(self) -> str:
        """The number as printed on a card."""
        return " ".join(self.number[at : at + 4] for at in range(0, 16, 4))


CARDS: tuple[TestCard, ...] = (
    TestCard("4242424242424242", "visa", _l("Pays")),
    TestCard("4000000000003220", "visa", _l("Asks for authentication (3-D Secure)"), "asks"),
    TestCard("4000002500003155", "visa", _l("Asks once, then renews by itself"), "asks", later="pays"),
    TestCard("4000002760003184", "visa", _l("Asks every time, renewals too"), "asks"),
    TestCard("4000000000000002", "visa", _l("Declined by the bank"), "declines", "card_declined", "generic_decline"),
    TestCard("4000000000009995", "visa", _l("Insufficient funds"), "declines", "card_declined", "insufficient_funds"),
    TestCard("4000000000000069", "visa", _l("Expired card"), "declines", "expired_card", field="expiry"),
    TestCard("4000000000000127", "visa", _l("Wrong security code"), "declines", "incorrect_cvc", field="cvc"),
    TestCard("4000000000000119", "visa", _l("Processing error"), "declines", "processing_error"),
    TestCard(
        "4000000000000341",
        "visa",
        _l("Can be saved, but every charge fails"),
        "declines",
        "card_declined",
        "transaction_not_allowed",
        is_saved_anyway=True,
    ),
    TestCard("5555555555554444", "mastercard", _l("Pays, Mastercard")),
    TestCard("4000000000000077", "visa", _l("Pays, available at once"), is_instant=True),
    TestCard("4000000000005126", "visa", _l("Pays; a refund to it fails later"), refund_fails=True),
    TestCard("4000000000000259", "visa", _l("Pays; disputed as fraudulent a day later"), dispute="fraudulent"),
    TestCard("4000000000002685", "visa", _l("Pays; disputed as not received"), dispute="product_not_received"),
    TestCard(
        "4000000000001976", "visa", _l("Pays; the bank inquires a day later"), dispute="fraudulent", is_inquiry=True
    ),
)
BY_NUMBER = {card.number: card for card in CARDS}

MESSAGES: dict[str, LazyString] = {
    "generic_decline": _l("The bank declined this card. Try another one."),
    "insufficient_funds": _l("There is not enough money on this card. Try another one."),
    "transaction_not_allowed": _l("The bank does not allow this payment. Try another card."),
    "expired_card": _l("This card has expired. Try another one."),
    "incorrect_cvc": _l("The security code is wrong. Look at the back of the card."),
    "processing_error": _l("Something went wrong at the bank. Try again in a moment."),
    "authentication_failed": _l("You did not confirm this payment. Try again, or use another card."),
}

# What the API says to programs, always in English.
API_MESSAGES = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "transaction_not_allowed": "Your card does not support this type of purchase.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
}


def is_luhn_valid(number: str) -> bool:
    """Whether the check digit fits: tells a typing error from a real card."""
    total = 0
    for at, digit in enumerate(reversed(number)):
        doubled = int(digit) * (1 + at % 2)
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004  the two digits' sum
    return bool(number) and total % 10 == 0
