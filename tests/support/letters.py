"""Which mails were written."""

from __future__ import annotations

from sqlalchemy import select

from hubapp.kernel.db import db, unit_of_work
from hubapp.people.notifications.models import Mail
from hubapp.tenancy.platform import platform_scope
from hubapp.web.areas import HubFlask


def letters(app: HubFlask) -> list[str]:
    """The templates of all mails, oldest first."""
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        return list(db.session.scalars(select(Mail.template).order_by(Mail.id)))
