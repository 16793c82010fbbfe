"""Forms: WTForms with CSRF, errors at their field, and typed reading of what was sent."""

from __future__ import annotations

from typing import Any

from babel import Locale
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, StringField, ValidationError
from wtforms.meta import DefaultMeta

from hubapp.kernel.errors import Refusal
from hubapp.kernel.money import Money


class Form(FlaskForm):
    """Base of all forms."""

    class Meta(FlaskForm.Meta):
        """WTForms' own words in the page's language, each catalogue read once: Flask-WTF reads it for every request."""

        @property
        def locales(self) -> list[str]:
            """The language of the page, for WTForms' cache."""
            return [(get_locale() or Locale("en")).language]

        get_translations = DefaultMeta.get_translations

    def refuse(self, refusal: Refusal) -> None:
        """Show a service's refusal at its field, or above the form."""
        field = getattr(self, refusal.field, None) if refusal.field else None
        if isinstance(field, Field):
            field.errors = [*field.errors, str(refusal)]
        else:
            self.form_errors.append(str(refusal))

    @property
    def all_errors(self) -> list[tuple[str, str]]:
        """(field id or '', message) for a summary above the form."""
        rows = [(field.id, str(error)) for field in self for error in field.errors]
        return [("", str(error)) for error in self.form_errors] + rows


class MoneyField(StringField):
    """An amount as typed; `data` is Money in the field's currency, set by the view before validation."""

    currency = "EUR"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the text; what is wrong with it becomes the field's error."""
        self.raw_text = valuelist[0] if valuelist else ""
        self.data = None
        if not self.raw_text.strip():
            return
        try:
            self.data = Money.parse(self.raw_text, self.currency)
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def _value(self) -> str:
        if getattr(self, "raw_text", None):
            return str(self.raw_text)
        return "" if self.data is None else str(self.data.major)


def positive(_form: FlaskForm, field: Field) -> None:
    """Validator: an amount above zero."""
    if field.data is not None and field.data.amount <= 0:
        raise ValidationError(_l("Enter an amount above zero."))


class ChoiceField(StringField):
    """One of a list; `choices` are (value, label), given when declared or set by the view before validation."""

    def __init__(self, label: Any = None, validators: Any = None, choices: Any = (), **options: Any) -> None:
        super().__init__(label, validators, **options)
        self.choices = list(choices)

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002  WTForms calls it so
        """Refuse what is not on the list."""
        if self.data not in {value for value, _label in self.choices}:
            raise ValidationError(_l("Choose one of the list."))


class ManyField(Field):
    """Any number of a list, as ticked; what is not on the list is refused."""

    def __init__(self, label: Any = None, validators: Any = None, choices: Any = (), **options: Any) -> None:
        super().__init__(label, validators, **options)
        self.choices = list(choices)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """All values sent under this name."""
        self.data = list(valuelist)

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002  WTForms calls it so
        """Refuse what is not on the list."""
        if not set(self.data or ()) <= {value for value, _label in self.choices}:
            raise ValidationError(_l("Choose from the list."))
