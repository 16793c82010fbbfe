"""Forms of the payout account."""

from __future__ import annotations

import re
from typing import Any, Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length

from hubapp.earnings.payouts.models import PayeeTax, Rhythm
from hubapp.earnings.payouts.models import TaxForm as Kind
from hubapp.earnings.payouts.services import TaxData
from hubapp.tenancy.packs.settings import is_country
from hubapp.web.areas import current_hub
from hubapp.web.forms import ChoiceField, Form, MoneyField, positive

_VAT_ID = re.compile(r"[A-Z]{2}[A-Z0-9+*]{2,13}")


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())


class HubMoneyField(MoneyField):
    """An amount in the current hub's currency."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.currency = current_hub().currency


class RhythmForm(Form):
    """When runs pay, and from how much on."""

    rhythm = ChoiceField(
        _l("When payouts are made"),
        choices=[
            (Rhythm.REQUEST.value, _l("When I ask for one")),
            (Rhythm.WEEKLY.value, _l("Every week")),
            (Rhythm.MONTHLY.value, _l("Every month")),
        ],
    )
    minimum = HubMoneyField(_l("From which amount on"), [positive])


class TaxForm(Form):
    """What a payee's documents say of them."""

    name = StringField(_l("Name on documents"), [DataRequired(_l("Enter a name.")), Length(max=120)], filters=[_plain])
    address = TextAreaField(_l("Postal address"), [DataRequired(_l("Enter an address.")), Length(max=300)])
    country = StringField(
        _l("Country"),
        [DataRequired(_l("Enter a country."))],
        filters=[lambda text: (text or "").strip().upper()],
    )
    form = ChoiceField(
        _l("For the tax office you are"),
        choices=[
            (Kind.PERSON.value, _l("a private person")),
            (Kind.SMALL_BUSINESS.value, _l("a small business that charges no VAT")),
            (Kind.BUSINESS.value, _l("a business that charges VAT")),
        ],
    )
    vat_id = StringField(_l("VAT id"), filters=[lambda text: "".join((text or "").upper().split())])

    @classmethod
    def of(cls, known: PayeeTax | None, *, name: str, country: str) -> Self:
        """Filled with what is known."""
        if known is None:
            return cls(data={"name": name, "country": country, "form": Kind.PERSON.value})
        return cls(obj=known)

    def validate_country(self, field: StringField) -> None:
        """A country's two letters."""
        if not is_country(field.data):
            raise ValidationError(_("Enter a country by its two letters, such as FR."))

    def validate_vat_id(self, field: StringField) -> None:
        """A business has one, which begins with a country's letters."""
        if field.data and not _VAT_ID.fullmatch(field.data):
            raise ValidationError(_("Enter it with its country, such as FR12345678901."))
        if not field.data and self.form.data == Kind.BUSINESS:
            raise ValidationError(_("A business that charges VAT has a VAT id."))

    def answers(self) -> TaxData:
        """What was entered."""
        return TaxData(
            name=self.name.data,
            address=self.address.data.strip(),
            country=self.country.data,
            form=self.form.data,
            vat_id=self.vat_id.data or "",
        )
