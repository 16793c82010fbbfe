"""What sellers and those who manage listings type: read into plain values, with errors at their fields."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from hubapp.kernel.money import Money
from hubapp.market.catalogue import policies
from hubapp.market.catalogue.models import Kind, Listing
from hubapp.market.catalogue.policies import ListingText
from hubapp.web import areas
from hubapp.web.forms import Form, MoneyField, positive
from hubapp.web.render import percent


class HubMoneyField(MoneyField):
    """An amount in the current hub's currency."""

    @property
    def currency(self) -> str:  # type: ignore[override]
        """ISO 4217, from the hub of the request."""
        return str(areas.current_hub().currency)


def not_too_large(_form: Form, field: MoneyField) -> None:
    """Validator: what one card payment can carry."""
    if field.data is not None and field.data.amount > policies.LARGEST_PRICE:
        raise ValidationError(_l("This amount is too large."))


def not_negative(_form: Form, field: MoneyField) -> None:
    """Validator: nothing is paid to a buyer."""
    if field.data is not None and field.data.amount < 0:
        raise ValidationError(_l("Enter an amount that is not below zero."))


def _is_fetched(listing: Listing | None) -> bool:
    return listing is not None and listing.kind == Kind.PRODUCT and listing.has_pickup


class ListingForm(Form):
    """A listing as its seller describes it."""

    kind = RadioField(
        _l("What is it?"),
        choices=[
            SelectChoice("product", _l("A product")),
            SelectChoice("offer", _l("An offer")),
            SelectChoice("place", _l("Places")),
            SelectChoice("membership", _l("A membership")),
        ],
        default="product",
        validators=[InputRequired(_l("Choose one."))],
    )
    title = StringField(
        _l("Title"), validators=[DataRequired(_l("Give it a title.")), Length(max=policies.LONGEST_TITLE)]
    )
    body_md = TextAreaField(
        _l("Description"),
        description=_l("Markdown works: **bold**, lists, links."),
        validators=[
            Length(max=policies.LONGEST_BODY, message=_l("This text is too long: %(max)d characters are allowed."))
        ],
    )
    price = HubMoneyField(
        _l("Price"),
        description=_l("What the buyer pays for one, tax included."),
        validators=[InputRequired(_l("Name a price.")), positive, not_too_large],
    )
    tax_category = SelectField(_l("Tax rate"), validate_choice=True)
    left = IntegerField(
        _l("How many are there?"),
        description=_l("Leave it empty if there is no limit."),
        validators=[Optional(), NumberRange(0, policies.MOST_IN_STOCK)],
    )
    left_was = HiddenField()
    is_monthly = BooleanField(
        _l("Can be had every month"),
        description=_l("Buyers may subscribe: the same again each month at this price, until they stop."),
    )
    has_pickup = BooleanField(_l("Can be picked up, or happens here"), default=True)
    plan_kind = SelectField(
        _l("Paid by"),
        description=_l("Changing it counts for new orders; what was sold stays as it was sold."),
        default="",  # members' forms do not show it
        validate_choice=True,
    )
    plan_points = IntegerField(
        _l("Points for one"),
        description=_l("What the pay plan counts beside the money. Leave it empty for none."),
        validators=[Optional(), NumberRange(0, policies.MOST_POINTS)],
    )
    shipping_price = HubMoneyField(
        _l("Shipping"),
        description=_l("Paid once, whatever the quantity. Leave it empty if you do not send it; 0 if sending is free."),
        validators=[Optional(), not_negative, not_too_large],
    )

    # What the hub has switched off stays possible for what had it before.
    may_ship, may_fetch = True, True

    def offer(self, tax_rates: dict[str, int], listing: Listing | None) -> None:
        """Fill in the hub's tax rates and what its switches allow; `listing`: the one that is changed."""
        features = areas.current_hub().features
        had = listing is not None and listing.shipping_price is not None
        self.may_ship = features.get("shipping", True) or had
        self.may_fetch = features.get("pickup", True) or _is_fetched(listing)
        if not self.may_fetch:
            self.has_pickup.description = _("Products are sent in this hub: this is for what happens here.")
            self.has_pickup.data = bool(self.has_pickup.data) and self.has_pickup.raw_data is not None
        self.tax_options = [(name, tax_label(name, rate)) for name, rate in tax_rates.items()]
        self.tax_category.choices = [SelectChoice(name, label) for name, label in self.tax_options]
        self.plan_options = plan_options()
        self.plan_kind.choices = [SelectChoice(name, label) for name, label in self.plan_options]

    def show(self, listing: Listing) -> None:
        """Fill the form from a listing."""
        for name in ("kind", "title", "body_md", "tax_category", "left", "has_pickup", "is_monthly"):
            getattr(self, name).data = getattr(listing, name)
        self.price.data, self.shipping_price.data = listing.money, listing.shipping
        self.plan_kind.data, self.plan_points.data = listing.plan_kind or "", listing.plan_points or None
        self.left_was.data = "" if listing.left is None else str(listing.left)

    def validate_body_md(self, field: TextAreaField) -> None:
        """What is far too long is not sent back to the browser whole."""
        if field.data and len(field.data) > 4 * policies.LONGEST_BODY:
            field.data = field.data[: policies.LONGEST_BODY]

    def validate_shipping_price(self, field: MoneyField) -> None:
        """Not where the hub sends nothing."""
        if field.data is not None and not self.may_ship:
            raise ValidationError(_("Nothing is sent in this hub."))

    def validate_has_pickup(self, field: BooleanField) -> None:
        """Somehow it has to reach the buyer."""
        if field.data and not self.may_fetch and self.kind.data == Kind.PRODUCT:
            raise ValidationError(_("Products are sent in this hub: say what that costs, and do not tick this."))
        if not field.data and self.shipping_price.data is None and not self.shipping_price.errors:
            raise ValidationError(_("Say how the buyer gets it: picked up, sent, or both."))

    def seen_left(self) -> int | None:
        """How many were left when the form was shown."""
        text = str(self.left_was.data or "")
        return int(text) if text.isdecimal() and len(text) < 9 else None  # noqa: PLR2004

    def command(self) -> ListingText:
        """What was typed, once it is valid."""
        return ListingText(
            kind=str(self.kind.data),
            title=str(self.title.data),
            body_md=str(self.body_md.data or ""),
            price=_money(self.price.data),
            left=self.left.data,
            has_pickup=bool(self.has_pickup.data),
            shipping_price=self.shipping_price.data,
            tax_category=str(self.tax_category.data),
            is_monthly=bool(self.is_monthly.data),
            plan_kind=str(self.plan_kind.data or "") or None,
            plan_points=self.plan_points.data or 0,
        )


class PictureForm(Form):
    """One picture and what it shows."""

    picture = FileField(_l("Picture"), description=_l("JPEG, PNG or WebP, at most 8 MB."))
    alt = StringField(
        _l("What does it show?"),
        description=_l("For people who cannot see it."),
        validators=[Optional(), Length(max=200)],
    )


class ReasonForm(Form):
    """Why something is taken down."""

    reason = TextAreaField(
        _l("Reason"), validators=[DataRequired(_l("Say why: the seller reads it.")), Length(max=500)]
    )


def plan_options() -> list[tuple[str, str]]:
    """What the core may sell a thing as: shared at the sale, or by the pay plan, which pays for products only."""
    return [
        ("", _("Shares: split at the sale")),
        ("product", _("The pay plan: a product of the network")),
        ("kit", _("By the plan's books, never paid for: a starter kit")),
        ("entry_fee", _("By the plan's books, never paid for: an entry fee")),
        ("training", _("By the plan's books, never paid for: training")),
        ("gift_card", _("By the plan's books, never paid for: a gift card")),
        ("donation", _("By the plan's books, never paid for: a donation")),
    ]


def tax_label(name: str, rate: int) -> str:
    """A tax category for people, with its rate in basis points: `Standard (20%)`."""
    return f"{tax_name(name)} ({percent(rate)})"


def tax_name(name: str) -> str:
    """A tax category for people: `Standard`; one that a hub named itself, as it is."""
    known: dict[str, Any] = {
        "standard": _("Standard"),
        "intermediate": _("Intermediate"),
        "reduced": _("Reduced"),
        "super_reduced": _("Lowest"),
        "zero": _("No tax"),
    }
    return str(known.get(name, name.replace("_", " ").capitalize()))


def _money(value: Money | None) -> Money:
    if value is None:  # the validators ask for it
        raise ValueError("a price is missing")
    return value
