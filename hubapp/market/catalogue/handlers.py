"""What a seller's suspension means for what they sell: off the market at once, and back when it ends."""

from __future__ import annotations

from hubapp.jobs.events import on
from hubapp.kernel import clock
from hubapp.market.catalogue import services
from hubapp.people.membership.events import MemberReadmitted, MemberSuspended


@on(MemberSuspended)
def bar_seller(event: MemberSuspended) -> None:
    """Nothing of theirs can be bought any more."""
    services.bar_seller(seller_id=event.account_id, now=clock.now())


@on(MemberReadmitted)
def unbar_seller(event: MemberReadmitted) -> None:
    """For sale again."""
    services.unbar_seller(seller_id=event.account_id, now=clock.now())
