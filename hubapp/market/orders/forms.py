"""What buyers and sellers type: quantities, the address, reasons."""

from __future__ import annotations

import re
from functools import lru_cache

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp, ValidationError

from hubapp.market.orders import invoice_rules, policies
from hubapp.market.orders.invoice_rules import Billing
from hubapp.market.orders.models import Delivery
from hubapp.web.forms import ChoiceField, Form, MoneyField

_TAX_ID = re.compile(r"[A-Z0-9][A-Z0-9 ./-]{2,29}")
NEEDED = ("name", "street", "postcode", "city", "country")
ADDRESS = ("name", "street", "extra", "postcode", "city", "country")


class QuantityForm(Form):
    """How many."""

    quantity = IntegerField(
        _l("How many?"),
        default=1,
        validators=[
            InputRequired(_l("Choose a number.")),
            NumberRange(1, policies.MOST_PIECES, _l("Choose a number from %(min)s to %(max)s.")),
        ],
    )


class ChangeForm(Form):
    """How many instead; 0 takes it out."""

    quantity = IntegerField(
        _l("Quantity"),
        validators=[
            InputRequired(_l("Choose a number.")),
            NumberRange(0, policies.MOST_PIECES, _l("Choose a number from %(min)s to %(max)s.")),
        ],
    )


# Two letters of CLDR that are no address: unions, the unknown region, outlying Oceania, pseudo-languages.
NOWHERE = {"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB"}


@lru_cache(maxsize=256)
def countries(locale: str, first: str) -> dict[str, str]:
    """Code → name of every country in a language, `first` before all others."""
    known = Locale.parse(locale).territories.items()
    names = {code: name for code, name in known if len(code) == 2 and code.isalpha()}  # noqa: PLR2004
    rest = sorted((name, code) for code, name in names.items() if code != first and code not in NOWHERE)
    return {first: names.get(first, first)} | {code: name for name, code in rest}


class CheckoutForm(Form):
    """How and where to, and what the buyer was shown."""

    version = HiddenField()
    shown = HiddenField()
    delivery = RadioField(
        _l("How do you want to get it?"),
        choices=[SelectChoice("pickup", _l("Pick up")), SelectChoice("ship", _l("Have it sent"))],
        default="pickup",
        validators=[Optional()],
    )
    name = StringField(_l("Name"), validators=[Length(max=100)])
    street = StringField(_l("Street and number"), validators=[Length(max=120)])
    extra = StringField(_l("Floor, door, company"), validators=[Length(max=120)])
    postcode = StringField(
        _l("Postcode"), validators=[Optional(), Regexp(r"^[\w -]{2,12}$", message=_l("That is not a postcode."))]
    )
    city = StringField(_l("Town"), validators=[Length(max=80)])
    country = StringField(_l("Country"))

    def offer_countries(self, default: str) -> None:
        """All countries by their names in the reader's language, the hub's own first."""
        self.countries = countries(str(get_locale() or "en"), default)
        if not self.country.data:
            self.country.data = default

    def validate_country(self, field: StringField) -> None:
        """One of the list."""
        if field.data not in self.countries:
            raise ValidationError(_("Choose a country from the list."))

    @property
    def choice(self) -> Delivery:
        """The chosen delivery; nonsense is pickup."""
        return Delivery.SHIP if self.delivery.data == Delivery.SHIP else Delivery.PICKUP

    def require_address(self) -> bool:
        """Whether every needed part of the address is there; says so at each field that is not."""
        missing = [name for name in NEEDED if not str(self[name].data or "").strip()]
        for name in missing:
            self[name].errors = [*self[name].errors, _l("Fill this in, so that it arrives.")]
        return not missing

    def address(self) -> dict[str, str]:
        """The address without empty parts."""
        parts = {name: str(self[name].data or "").strip() for name in ADDRESS}
        return {name: text for name, text in parts.items() if text}

    def shown_version(self) -> int:
        """The basket's version that the page showed; nonsense is none that ever was."""
        text = str(self.version.data or "")
        return int(text) if text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004


class RefundForm(Form):
    """What should go back, and why; an amount, or pieces of lines, which the view reads."""

    amount = MoneyField(_l("Amount"))
    reason = TextAreaField(
        _l("Reason"), validators=[DataRequired(_l("Say why, in a sentence: the other one reads it.")), Length(max=500)]
    )


class AnswerForm(Form):
    """Yes to the whole or less, or no with words."""

    verdict = ChoiceField(
        _l("Your answer"),
        choices=[("grant", _l("Give it back")), ("decline", _l("Decline"))],
    )
    amount = MoneyField(_l("Amount"))
    words = TextAreaField(_l("Words to the buyer"), validators=[Length(max=500)])


class CancelForm(Form):
    """Why an order is called off."""

    reason = TextAreaField(
        _l("Reason"), validators=[DataRequired(_l("Say why, in a sentence: the buyer reads it.")), Length(max=500)]
    )


class BillingForm(Form):
    """What a buyer's invoices say of them."""

    name = StringField(
        _l("Name or company on invoices"), validators=[DataRequired(_l("Enter a name.")), Length(max=120)]
    )
    address = TextAreaField(_l("Postal address"), validators=[Length(max=invoice_rules.LONGEST_ADDRESS)])
    country = StringField(_l("Country"))
    tax_id = StringField(_l("Tax number or VAT id"), filters=[lambda text: " ".join((text or "").upper().split())])

    def offer_countries(self, default: str) -> None:
        """All countries by their names in the reader's language, the hub's own first."""
        self.countries = countries(str(get_locale() or "en"), default)
        if not self.country.data:
            self.country.data = default

    def validate_country(self, field: StringField) -> None:
        """One of the list."""
        if field.data not in self.countries:
            raise ValidationError(_("Choose a country from the list."))

    def validate_tax_id(self, field: StringField) -> None:
        """Letters and digits; countries differ too much to ask for more."""
        if field.data and not _TAX_ID.fullmatch(field.data):
            raise ValidationError(_("Enter it as it stands in your papers, such as FR12345678901."))

    def billing(self) -> Billing:
        """What was entered, one line each."""
        lines = (" ".join(line.split()) for line in (self.address.data or "").splitlines())
        name = " ".join((self.name.data or "").split())
        return Billing(name, "\n".join(line for line in lines if line), self.country.data or "", self.tax_id.data or "")
