"""What subscribers type: how many, where to, and that they agree to be charged every month."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField
from wtforms.validators import InputRequired, NumberRange

from hubapp.market.orders import policies
from hubapp.market.orders.forms import CheckoutForm, QuantityForm
from hubapp.web.forms import Form


class SubscribeForm(CheckoutForm):
    """A first order with its delivery, and the consent to those that follow."""

    quantity = IntegerField(
        _l("How many each month?"),
        default=1,
        validators=[
            InputRequired(_l("Choose a number.")),
            NumberRange(1, policies.MOST_PIECES, _l("Choose a number from %(min)s to %(max)s.")),
        ],
    )
    consent = BooleanField(
        _l("I agree that my card is kept by the payment provider and charged every month until I stop.")
    )

    def show_prices(self, price: int, shipping: int | None) -> None:
        """Keep what the page shows, so that only that is agreed to."""
        self.shown.data = f"{price}:{'' if shipping is None else shipping}"

    def prices(self) -> tuple[int, int | None]:
        """What the page showed; nonsense is no price that ever was."""
        price, _, shipping = str(self.shown.data or "").partition(":")
        if not _is_number(price) or (shipping and not _is_number(shipping)):
            return -1, None
        return int(price), int(shipping) if shipping else None


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < 12  # noqa: PLR2004


class SkipForm(Form):
    """The period that the page showed as the next one."""

    period = HiddenField()

    def number(self) -> int:
        """Its number; nonsense is none that ever comes."""
        text = str(self.period.data or "")
        return int(text) if _is_number(text) else -1


__all__ = ["QuantityForm", "SkipForm", "SubscribeForm"]
