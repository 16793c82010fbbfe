"""What a seat may cost and who may sell it: checked against the hub, the provider, and what people were told before."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _

from hubapp.community.gatherings import paid_queries
from hubapp.community.gatherings.errors import MovedTooFar, NotTheirs, PriceStays, WrongDetails
from hubapp.community.gatherings.models import Gathering
from hubapp.community.gatherings.policies.details import Details
from hubapp.earnings.shares import services as shares
from hubapp.kernel.db import require_hub_id
from hubapp.market.catalogue.errors import NotChargeable, UnknownTaxCategory
from hubapp.market.catalogue.policies import LARGEST_PRICE
from hubapp.money.payments import queries as payments
from hubapp.people.membership import standing
from hubapp.tenancy import queries as tenancy


def check(*, details: Details, by: UUID | None, before: Gathering | None) -> None:
    """Refuses with WrongDetails, UnknownTaxCategory, NotChargeable or NotTheirs.

    A host sells by their own word: who plans for somebody else lets the hub sell, unless the host did before.
    """
    if details.is_sold_by_host and details.host_account_id is None:
        raise WrongDetails(_("Name the host who sells the seats, or let the hub sell them."), field="seller")
    if details.price is None:
        return
    hub = tenancy.hub_view(require_hub_id())
    if not 0 < details.price <= LARGEST_PRICE:
        raise WrongDetails(_("This amount is too large."), field="price")
    if details.tax_category not in hub.tax_rates:
        raise UnknownTaxCategory
    step = payments.chargeable_step(hub.currency)
    if details.price % step:
        raise NotChargeable(currency=hub.currency, step=step, field="price")
    if details.is_sold_by_host and details.host_account_id is not None:
        standing.refuse_suspended(details.host_account_id)
        sold_before = before is not None and before.seller_account_id == details.host_account_id
        if by is not None and by != details.host_account_id and not sold_before:
            raise NotTheirs


def refuse_far_move(*, gathering: Gathering, ends_at: datetime, now: datetime) -> None:
    """What seats earned is held from the end they were sold for: it is not moved beyond that. Refuses: MovedTooFar."""
    sold_for = paid_queries.sold_for(gathering.id)
    if sold_for is None or ends_at <= sold_for:
        return
    last = sold_for + timedelta(days=shares.freeze_terms(now=now).rules.hold_days)
    if ends_at > last:
        raise MovedTooFar(last.astimezone(tenancy.hub_view(gathering.hub_id).zone).date())


def refuse_switch(*, gathering: Gathering, details: Details) -> None:
    """Refuses with PriceStays: nobody who registered for nothing is asked to pay, nobody pays for what became free."""
    if (details.price is None) != (gathering.price is None) and gathering.taken + gathering.waiting:
        raise PriceStays
