"""Who looks after a hub with which part of its line, written down after each change, so that days can be counted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from hubapp.earnings.compensation.models import ConnectorTerm
from hubapp.earnings.compensation.services import correcting, insiders
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.people.membership import queries as membership


def follow(*, now: datetime) -> int:
    """Bring the terms of the hub in scope to what its roles are now; answers how many began or ended.

    A part that changed is an end and a beginning. Doing it again changes nothing; jobs of one hub come one by one.
    """
    hub_id = require_hub_id()
    wanted = {member.account_id: member.share_bps for member in membership.connectors()}
    statement = select(ConnectorTerm).where(ConnectorTerm.in_hub_id == hub_id, ConnectorTerm.until.is_(None))
    open_ones = {term.account_id: term for term in db.session.scalars(statement)}
    changed = 0
    for account_id, term in open_ones.items():
        if wanted.get(account_id) != term.share_bps:
            term.until = max(now, term.since)
            changed += 1
    db.session.flush()  # ends before beginnings: somebody has one open term in a hub
    begins = [one for one in sorted(wanted.items()) if one[0] not in open_ones or open_ones[one[0]].until is not None]
    if begins:
        correcting.take_turn()  # a sale to them meanwhile would count as a customer's
    for account_id, part in begins:
        insiders.count(account_id=account_id, now=now)
        db.session.add(
            ConnectorTerm(id=ids.uuid7(), in_hub_id=hub_id, account_id=account_id, share_bps=part, since=now)
        )
        db.session.flush()
        changed += 1
    return changed
