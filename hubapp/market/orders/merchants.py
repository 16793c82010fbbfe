"""Who sold an order in law, and what the law wants to be said of them on receipts and invoices."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from hubapp.earnings.payouts import queries as payees
from hubapp.earnings.payouts.models import TaxForm
from hubapp.market.orders.models import Order
from hubapp.people.membership import queries as membership
from hubapp.tenancy.queries import HubView


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody named on a receipt, with what the law wants to be said of them; `tax_id` is in `lines` too."""

    name: str
    lines: tuple[str, ...] = ()
    tax_id: str = ""


def merchant(order: Order, hub: HubView) -> Party:
    """The buyer's contract partner: the core's operator, or the seller, with their tax data if they are a business.

    A private person's address stays between them and the tax office.
    """
    if order.seller_account_id is None:
        return operator(hub)
    member = membership.members_of([order.seller_account_id]).get(order.seller_account_id)
    shown = member.display_name if member is not None else str(_("Former member"))
    tax = payees.tax_of(order.seller_account_id)
    if tax is None or tax.form == TaxForm.PERSON:
        return Party(shown)
    vat = [_("VAT id %(id)s", id=tax.vat_id)] if tax.vat_id else []
    return Party(tax.name, (shown, *tax.address.splitlines(), tax.country, *vat), tax.vat_id)


def operator(hub: HubView) -> Party:
    """Who runs the network in this hub's country: sells what the core sells, and takes payments for everybody."""
    said = [str(hub.legal[name]) for name in ("form", "address", "register", "tax_id", "email") if hub.legal.get(name)]
    return Party(str(hub.legal.get("operator") or hub.name), tuple(said), str(hub.legal.get("tax_id") or ""))


def tax_name(hub: HubView) -> str:
    """What the tax is called there."""
    return str(hub.legal.get("tax", {}).get("name") or _("Tax"))


def note(order: Order, hub: HubView, locale: str) -> str:
    """Who sold it in law, and who remits the tax; in the hub's own words where it has any."""
    name = operator(hub).name
    if order.seller_account_id is None:
        return str(_("Sold by %(operator)s, who remits the tax.", operator=name))
    texts = hub.legal.get("merchant") or {}
    own = texts.get(locale) or texts.get(hub.default_locale)
    if own:
        return str(own).replace("{{operator}}", name)
    text = _(
        "%(operator)s took the payment for the seller, who is your contract partner and remits the tax.", operator=name
    )
    return str(text)
