"""The hosted pages' forms: a test card, and the details that open a payee's account."""

from __future__ import annotations

import re
from datetime import datetime

from flask_babel import lazy_gettext as _l
from wtforms import Field, RadioField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from hubapp.money.payments.sandbox.cards import BY_NUMBER, is_luhn_valid
from hubapp.money.payments.sandbox.operations.accounts import Onboarding
from hubapp.money.payments.sandbox.paying import Attempt
from hubapp.web.forms import Form

EXPIRY = re.compile(r"(0?[1-9]|1[0-2])\s*[/ -]?\s*(?:20)?(\d{2})")
CENTURY = 2000
SHORTEST_NUMBER = 12


def printable(_form: Form, field: Field) -> None:
    """Validator: no control characters, which no database and no bank takes."""
    if not (field.data or "").isprintable():
        raise ValidationError(_l("Use letters, digits and spaces only."))


TEXT = (Length(max=120), printable)


def digits(text: str | None) -> str:
    """A number as people type it, without what they put between the digits."""
    return re.sub(r"[\s-]", "", text or "")


class CardForm(Form):
    """The card page. `now` is the sandbox's time, which decides whether a card has expired."""

    now: datetime
    number = StringField(_l("Card number"), [InputRequired(_l("Enter a card number.")), Length(max=40)])
    expiry = StringField(_l("Expiry date"), [InputRequired(_l("Enter the expiry date.")), Length(max=10)])
    cvc = StringField(_l("Security code"), [InputRequired(_l("Enter the security code.")), Length(max=10)])
    name = StringField(_l("Name on the card"), [InputRequired(_l("Enter the name on the card.")), *TEXT])

    def validate_number(self, field: Field) -> None:
        """One of the test cards, and a clear word about anything else."""
        number = digits(field.data)
        if not number.isdecimal() or len(number) < SHORTEST_NUMBER or not is_luhn_valid(number):
            raise ValidationError(_l("This card number is not complete or has a typing error."))
        if number not in BY_NUMBER:
            field.data = ""  # perhaps a real card: it is not even shown again
            raise ValidationError(
                _l("This is a sandbox: only the test cards below work here. Never enter a real card.")
            )

    def validate_expiry(self, field: Field) -> None:
        """Month and year, not in the past."""
        month, year = self._expiry(field.data)
        if (year, month) < (self.now.year, self.now.month):
            raise ValidationError(_l("This date is in the past."))

    def validate_cvc(self, field: Field) -> None:
        """Three digits."""
        if not re.fullmatch(r"\d{3}", field.data.strip()):
            raise ValidationError(_l("The security code has three digits."))

    def attempt(self, email: str | None) -> Attempt:
        """The form as an attempt to pay; call it when the form is valid."""
        month, year = self._expiry(self.expiry.data)
        return Attempt(BY_NUMBER[digits(self.number.data)], month, year, self.name.data.strip(), email)

    @staticmethod
    def _expiry(text: str | None) -> tuple[int, int]:
        match = EXPIRY.fullmatch((text or "").strip())
        if match is None:
            raise ValidationError(_l("Enter month and year, for example 12/34."))
        return int(match[1]), CENTURY + int(match[2])


BUSINESS = (("individual", _l("A person")), ("company", _l("A company")))
BANKS = (("works", _l("Payouts arrive after two days")), ("fails", _l("Payouts come back: the account is closed")))


class OnboardingForm(Form):
    """The payee's details; everything may be invented."""

    business_type = RadioField(
        _l("Who is paid?"), choices=[SelectChoice(*pair) for pair in BUSINESS], default="individual"
    )
    name = StringField(_l("Name of the account holder"), [InputRequired(_l("Enter a name.")), *TEXT])
    bank_account = StringField(_l("Bank account"), [InputRequired(_l("Enter a bank account.")), Length(max=40)])
    bank = SelectField(
        _l("How does this bank behave?"), choices=[SelectChoice(*pair) for pair in BANKS], default="works"
    )

    def validate_bank_account(self, field: Field) -> None:
        """Letters and digits, as in an IBAN or an account number."""
        if not re.fullmatch(r"[A-Z0-9]{6,34}", digits(field.data).upper()):
            raise ValidationError(_l("A bank account has 6 to 34 letters and digits."))

    def details(self) -> Onboarding:
        """The form as the account's details; call it when the form is valid."""
        return Onboarding(
            str(self.business_type.data),
            self.name.data.strip(),
            digits(self.bank_account.data).upper(),
            is_bank_working=self.bank.data == "works",
        )
