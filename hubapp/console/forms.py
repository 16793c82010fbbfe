"""Forms of the console: the wizard's steps, freezing, connectors, domains."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from slugify import slugify
from wtforms import DecimalField, HiddenField, IntegerField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from hubapp.console import places
from hubapp.tenancy import brand, theme
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.packs.settings import is_slug
from hubapp.web.forms import ChoiceField, Form, ManyField

LONGEST_REASON = 500
_WHY = DataRequired(_l("Say why: the audit log keeps it."))


def slug_problem(slug: str) -> str:
    """Why this cannot be a new hub's address; empty when it can."""
    if not is_slug(slug):
        return str(_("Small letters, digits and single hyphens, up to 40."))
    if tenancy.by_slug(slug) is not None:
        return str(_("Another hub has this address."))
    return ""


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())


class StartForm(Form):
    """What the new hub starts from."""

    like = ChoiceField(_l("Start from"))


class NameForm(Form):
    """What the hub is called, where it is, and its address."""

    name = StringField(
        _l("Name"), [DataRequired(_l("Enter a name.")), Length(max=brand.LONGEST_NAME)], filters=[_plain]
    )
    place = StringField(
        _l("Place"), [DataRequired(_l("Enter a place.")), Length(max=brand.LONGEST_PLACE)], filters=[_plain]
    )
    slug = StringField(_l("Address"), filters=[lambda text: (text or "").strip().lower()])

    def validate_slug(self, field: StringField) -> None:
        """Usable, and free; left empty, it is made from the name."""
        if not field.data and self.name.data:
            field.data = slugify(self.name.data, max_length=40, word_boundary=True)
        if problem := slug_problem(field.data or ""):
            raise ValidationError(problem)


class CountryForm(Form):
    """Where the hub trades, in which money and languages, and the tax in its prices."""

    country = ChoiceField(_l("Country"))
    currency = ChoiceField(_l("Currency"))
    timezone = ChoiceField(_l("Time zone"))
    locales = ManyField(_l("Languages"))
    default_locale = ChoiceField(_l("Main language"))
    tax_name = StringField(
        _l("What the tax is called"),
        [DataRequired(_l("Enter its name, such as VAT.")), Length(max=40)],
        filters=[_plain],
    )
    tax_percent = DecimalField(
        _l("Standard rate in percent"),
        [InputRequired(_l("Enter a rate; 0 where there is none.")), NumberRange(0, 50)],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = list(places.countries())
        self.currency.choices = list(places.currencies())
        self.timezone.choices = list(places.timezones())
        self.locales.choices = list(places.languages())
        self.default_locale.choices = list(places.languages())

    def validate_locales(self, field: ManyField) -> None:
        """At least one language that the interface speaks."""
        if not field.data:
            raise ValidationError(_("Choose at least one language."))

    def validate_default_locale(self, field: ChoiceField) -> None:
        """One of those chosen."""
        if field.data not in (self.locales.data or []):
            raise ValidationError(_("The main language must be one of those chosen."))

    def validate(self, extra_validators: Any = None) -> bool:
        """As usual; a choice not made says which one, or the summary would name none."""
        valid = bool(super().validate(extra_validators))
        for field, words in (
            (self.country, _("Choose a country.")),
            (self.currency, _("Choose a currency.")),
            (self.timezone, _("Choose a time zone.")),
        ):
            field.errors = [words] if field.errors else []
        return valid

    def answers(self) -> dict[str, Any]:
        """What was chosen, as plain values; the rate in basis points."""
        names = ("country", "currency", "timezone", "locales", "default_locale", "tax_name")
        rate = int((Decimal(self.tax_percent.data) * 100).to_integral_value())
        return {**{name: getattr(self, name).data for name in names}, "tax_bps": rate}


class OperatorForm(Form):
    """Who answers for the hub; stands in its imprint."""

    operator = StringField(
        _l("Person or organisation"), [DataRequired(_l("Enter who runs the hub.")), Length(max=120)], filters=[_plain]
    )
    address = StringField(
        _l("Postal address"), [DataRequired(_l("Enter an address.")), Length(max=300)], filters=[_plain]
    )
    email = StringField(
        _l("E-mail address for the public"),
        [DataRequired(_l("Enter an e-mail address.")), Length(max=120)],
        filters=[_plain],
    )

    def validate_email(self, field: StringField) -> None:
        """Something that mail can be sent to."""
        name, at, host = (field.data or "").partition("@")
        if not (name and at and "." in host.strip(".")) or " " in field.data or "@" in host:
            raise ValidationError(_("Enter an e-mail address such as name@example.org."))


FONTS = {
    "grotesque": _l("Lively: Bricolage Grotesque"),
    "serif": _l("Calm: Fraunces"),
    "arabic": _l("Arabic: Readex Pro"),
    "plain": _l("Plain: Figtree"),
}
SHAPES = {"square": _l("Square"), "rounded": _l("Rounded"), "pill": _l("Round")}
DENSITIES = {"compact": _l("Compact"), "regular": _l("Regular"), "roomy": _l("Roomy")}
TILES = {"workshop": _l("Workshop"), "rest": _l("Rest"), "harbour": _l("Harbour"), "network": _l("Network")}


class LookForm(Form):
    """Two colours, typefaces and shapes."""

    primary = StringField(_l("Main colour"), [DataRequired(_l("Choose a colour.")), Length(max=9)])
    accent = StringField(_l("Second colour"), [DataRequired(_l("Choose a colour.")), Length(max=9)])
    font_pair = ChoiceField(_l("Typefaces"), choices=[(key, FONTS.get(key, key)) for key in theme.FONT_PAIRS])
    control_shape = ChoiceField(_l("Buttons"), choices=[(key, SHAPES[key]) for key in theme.CONTROL_SHAPES])
    density = ChoiceField(_l("Spacing"), choices=[(key, DENSITIES[key]) for key in theme.DENSITIES])
    tile_set = ChoiceField(_l("Cover art"), choices=[(key, TILES[key]) for key in theme.TILE_SETS])
    mosaic = IntegerField(
        _l("Number of the drawing"), [InputRequired(_l("Enter a number.")), NumberRange(0, brand.LARGEST_MOSAIC)]
    )


class ConnectorStepForm(Form):
    """Who will look after the hub, or nobody yet."""

    kind = ChoiceField(_l("Connector"), default="person", choices=[("person", ""), ("vacant", "")])
    email = StringField(_l("E-mail address of their account"), [Length(max=254)], filters=[_plain])

    def validate_email(self, field: StringField) -> None:
        """Needed unless the place stays vacant."""
        if self.kind.data == "person" and not field.data:
            raise ValidationError(_("Enter their e-mail address, or leave the place vacant."))


class ReviewForm(Form):
    """The last button."""


class FreezeForm(Form):
    """Why sales stop; shown to members and visitors. `confirmed`: the second page was seen."""

    reason = TextAreaField(
        _l("Reason"), [DataRequired(_l("Say why: members and visitors will read it.")), Length(max=LONGEST_REASON)]
    )
    confirmed = HiddenField()


class ReasonForm(Form):
    """Why something is done; for the audit log."""

    reason = StringField(_l("Reason"), [_WHY, Length(max=LONGEST_REASON)], filters=[_plain])


class ConnectorForm(Form):
    """An existing account becomes a connector."""

    email = StringField(
        _l("E-mail address of their account"),
        [DataRequired(_l("Enter their e-mail address.")), Length(max=254)],
        filters=[_plain],
    )
    reason = StringField(_l("Reason"), [_WHY, Length(max=LONGEST_REASON)], filters=[_plain])


class HandoverForm(Form):
    """Whose place is to go to whom; the one named has to accept."""

    giver = ChoiceField(_l("Whose place"))
    handle = StringField(
        _l("Handle of the new connector"),
        [DataRequired(_l("Enter their handle.")), Length(max=31)],
        filters=[_plain],
    )
    note = StringField(_l("A word to them"), [Length(max=LONGEST_REASON)], filters=[_plain])


class DomainForm(Form):
    """A domain of the hub's own."""

    domain = StringField(
        _l("Domain"), [DataRequired(_l("Enter a domain, such as hub.example.org.")), Length(max=253)], filters=[_plain]
    )


class EvidenceForm(Form):
    """What the bank reads; the view names the fields, the services say what is too long."""

    product_description = TextAreaField()
    customer_name = TextAreaField()
    customer_email_address = TextAreaField()
    shipping_carrier = TextAreaField()
    shipping_date = TextAreaField()
    shipping_tracking_number = TextAreaField()
    shipping_address = TextAreaField()
    service_date = TextAreaField()
    refund_policy_disclosure = TextAreaField()
    refund_refusal_explanation = TextAreaField()
    cancellation_rebuttal = TextAreaField()
    uncategorized_text = TextAreaField()


class EvidenceFileForm(Form):
    """A document and what it shows."""

    kind = StringField(_l("What it shows"))
    file = FileField(_l("Document"))


class LimitsForm(Form):
    """How far a hub gives money back by itself."""

    days = IntegerField(_l("Days"), [InputRequired(_l("Enter a number.")), NumberRange(0, 3650)])
    units = IntegerField(_l("Largest amount"), [InputRequired(_l("Enter a number.")), NumberRange(0, 1_000_000)])
    answer_days = IntegerField(_l("Days to answer"), [InputRequired(_l("Enter a number.")), NumberRange(1, 60)])
