"""What the catalogue refuses, in words for the person who asked."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from hubapp.kernel.errors import Forbidden, NotFound, Refusal
from hubapp.kernel.money import Money


class NoSuchListing(NotFound):
    """There is no such listing here, or it is not this person's."""

    def __init__(self) -> None:
        super().__init__(_("There is no such listing here."))


class OutOfStock(Refusal):
    """Fewer are left than somebody wants."""

    def __init__(self, *, title: str, left: int) -> None:
        self.title, self.left = title, left
        if left <= 0:
            message = _("%(title)s is sold out.", title=title)
        else:
            message = ngettext("Only %(num)d of %(title)s left.", "Only %(num)d of %(title)s left.", left, title=title)
        super().__init__(message, field="quantity")


class NotForSale(Refusal):
    """A listing was withdrawn, or never published."""

    def __init__(self, title: str) -> None:
        self.title = title
        super().__init__(_("%(title)s is not for sale any more.", title=title))


class MembersOnly(Forbidden):
    """Only active members of the hub sell here."""

    def __init__(self) -> None:
        super().__init__(_("Join the hub first: only its members sell here. Joining is free."))


class UnknownTaxCategory(Refusal):
    """The hub's table of rates has no such category."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("Choose one of the tax rates."), field="tax_category")


class NotChargeable(Refusal):
    """No card payment can be made of such an amount; `step` in minor units is what it has to be a multiple of."""

    status = 422

    def __init__(self, *, currency: str, step: int, field: str) -> None:
        if step == 10:  # noqa: PLR2004  one digit
            message = _("In %(currency)s the last digit must be 0.", currency=currency)
        else:
            amount = str(Money(step, currency).major)
            message = _("In %(currency)s amounts go in steps of %(amount)s.", currency=currency, amount=amount)
        super().__init__(message, field=field)


class HubsOnly(Refusal):
    """Memberships are the hub's own to offer."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("Only the hub itself offers memberships."), field="kind")


class NotMonthly(Refusal):
    """A place is at one time only."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("Places cannot be had every month."), field="is_monthly")


class NotByPlan(Refusal):
    """The pay plan pays for the network's own products and offers only."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("Only the network's own products and offers are paid by plan."), field="plan_kind")


class TooFew(Refusal):
    """More are sold or reserved than the seller now says there are."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("Some were bought meanwhile. Please look at the number again."), field="left")


class TakenDown(Refusal):
    """What the hub took down, its seller cannot put up again alone."""

    def __init__(self, reason: str) -> None:
        super().__init__(_("The hub took this listing down: %(reason)s", reason=reason))


class BadPicture(Refusal):
    """An upload that is not a picture this site takes."""

    status = 422

    def __init__(self, message: str) -> None:
        super().__init__(message, field="picture")
