"""The devices that show somebody the notices of a hub: switched on, taken off the list, forgotten with the sign-in."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from hubapp.kernel import ids
from hubapp.kernel.db import db
from hubapp.people.accounts import policies as accounts
from hubapp.people.notifications import policies, pushes
from hubapp.people.notifications.errors import BadSubscription


def switch_on(
    *, account_id: uuid.UUID, session_id: uuid.UUID, subscription: str, user_agent: str, now: datetime
) -> None:
    """Show this hub's notices in the browser of this session; doing it again replaces what was known. `now`: wall time.

    `subscription`: the browser's PushSubscription as JSON. Refuses with BadSubscription.
    """
    found = policies.subscription_of(subscription)
    if found is None or not pushes.may_be_asked(found.endpoint):
        raise BadSubscription(_("Your browser did not say where notices can be sent. Try again, or another browser."))
    browser, system = accounts.device_family(user_agent)
    asked = func.push_subscribe(
        ids.uuid7(),
        account_id,
        session_id,
        found.endpoint,
        found.public_key,
        found.auth,
        pushes.server_key(),
        browser,
        system,
        now,
    )
    if not db.session.scalar(select(asked)):
        raise BadSubscription(_("You are signed out on this device. Sign in again."))


def switch_on_again(*, account_id: uuid.UUID, session_id: uuid.UUID, subscription: str) -> bool:
    """Take the subscription that a browser made in place of one that ended; whether the device was on at all.

    Refuses with BadSubscription.
    """
    found = policies.subscription_of(subscription)
    if found is None or not pushes.may_be_asked(found.endpoint):
        raise BadSubscription(_("Your browser did not say where notices can be sent. Try again, or another browser."))
    keys = (found.endpoint, found.public_key, found.auth, pushes.server_key())
    return bool(db.session.scalar(select(func.push_subscribe_again(account_id, session_id, *keys))))


def switch_off(*, account_id: uuid.UUID, device_id: uuid.UUID | None = None) -> int:
    """Show nothing more on one of somebody's devices, or on any: in this hub, or in no hub in all of them."""
    return int(db.session.scalar(select(func.push_forget(account_id, device_id))) or 0)


def forget_devices(*, now: datetime) -> int:
    """Drop those whose sign-in ran out (platform scope); one that is ended takes its device along at once."""
    return int(db.session.scalar(select(func.push_sweep(now))) or 0)
