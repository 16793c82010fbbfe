"""One of everything that the console's addresses name, so that its pages are seen and not their absence."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from hubapp.community.moderation import services as moderation
from hubapp.earnings.payouts.services import runs
from hubapp.earnings.retainers.models import RetainerPeriod
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.notifications import tokens
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from tests.factories import plan
from tests.factories.cases import make_case
from tests.factories.comparing import make_difference
from tests.factories.market import Shop
from tests.factories.moderating import make_vacant

# What hub and console both have a page about, under the same name.
SHARED = ("order_id", "entry_id", "payout_id", "retainer_id")


def make_offices(shop: Shop, values: dict[str, str]) -> dict[str, str]:
    """Make it about a hub that has `values`, in transactions of its own (needs an application context)."""
    dispute_id, request_id = make_case(shop)
    with platform_scope(reason="test"), unit_of_work():
        run_id = runs.propose(by=SYSTEM, now=clock.now())
    return {
        **{name: values[name] for name in SHARED},
        "case_id": str(make_vacant()),
        "dispute_id": str(dispute_id),
        "request_id": str(request_id),
        "run_id": str(run_id),
        "item_id": str(make_difference(shop.hub_id)),
        "period_id": _earned(shop.hub_id, UUID(values["retainer_id"])),
        "appeal_id": _appealed(shop, UUID(values["action_id"])),
        "version_id": str(plan.announce()),
        "plan_person_id": values["participant_id"],
        "plan_period": f"EUR-{plan.FIRST:%Y-%m}",
        "notice_id": values["notice_id"],
        "token": tokens.make(tokens.Stop(shop.buyer, None, "member_brought")),
        "console.payee.account_id": str(shop.seller),
        "central.page.slug": "terms",
    }


def _earned(hub_id: int, retainer_id: UUID) -> str:
    """A period of a retainer that is over."""
    asked = select(RetainerPeriod.id).where(RetainerPeriod.retainer_id == retainer_id).limit(1)
    with hub_scope(hub_id), unit_of_work():
        return str(db.session.scalars(asked).one())


def _appealed(shop: Shop, action_id: UUID) -> str:
    """Whoever was decided about does not agree."""
    with hub_scope(shop.hub_id), unit_of_work():
        said = {"account_id": shop.buyer, "name": "Anna", "words": "It was a joke.", "now": clock.now()}
        return str(moderation.appeal(action_id=action_id, **said).id)
