"""People who are told things."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from hubapp.kernel.db import db, unit_of_work
from hubapp.people.notifications import services
from hubapp.people.notifications.models import Mail, Notice
from hubapp.people.notifications.services import By
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from tests.factories.hubs import NOW
from tests.factories.members import make_member

BEN = By(uuid.UUID(int=7), "Ben")


@dataclass(frozen=True, slots=True)
class Told:
    """A hub and somebody in it."""

    hub_id: int
    reader: uuid.UUID

    def tell(self, occasion: str = "1", **changes: Any) -> int:
        """Tell them in a transaction of its own."""
        values: dict[str, Any] = {
            "kind": "member_brought",
            "to_account_ids": [self.reader],
            "hub_id": self.hub_id,
            "about": "brought",
            "occasion": occasion,
            "path": "/members",
            "context": {},
            "by": BEN,
            "now": NOW,
        }
        with hub_scope(self.hub_id), unit_of_work():
            return services.tell(**{**values, **changes})

    def choose(
        self, in_app: bool = True, mail: str = "now", kind: str = "member_brought", *, everywhere: bool = False
    ) -> None:
        """Their choice for a kind, here or everywhere."""
        with hub_scope(self.hub_id), unit_of_work():
            hub_id = None if everywhere else self.hub_id
            services.choose(account_id=self.reader, hub_id=hub_id, wanted={kind: (in_app, mail)})


def make_told(hub_id: int, name: str = "Amina") -> Told:
    """An active member (needs an application context)."""
    return Told(hub_id, make_member(hub_id, name).account_id)


def notices(account_id: uuid.UUID) -> list[Notice]:
    """All of somebody's notices, oldest first."""
    with platform_scope(reason="test"), unit_of_work():
        rows = db.session.scalars(select(Notice).where(Notice.account_id == account_id).order_by(Notice.id)).all()
        db.session.expunge_all()
        return list(rows)


def mails(account_id: uuid.UUID, templates: Iterable[str] = ("notice", "digest", "broadcast")) -> list[Mail]:
    """The mails written to somebody, oldest first."""
    with platform_scope(reason="test"), unit_of_work():
        wanted = select(Mail).where(Mail.account_id == account_id, Mail.template.in_(list(templates))).order_by(Mail.id)
        rows = db.session.scalars(wanted).all()
        db.session.expunge_all()
        return list(rows)


def mail_due(now: datetime) -> int:
    """What the job does."""
    with platform_scope(reason="test"), unit_of_work():
        return services.mail_due(now=now)


def digest(account_id: uuid.UUID, now: datetime) -> bool:
    """What the job does."""
    with platform_scope(reason="test"), unit_of_work():
        return services.send_digest(account_id=account_id, now=now)
