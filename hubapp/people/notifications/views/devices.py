"""`/me/notifications/devices`: browsers that show notices by themselves, switched on here and taken off the list."""

from __future__ import annotations

import uuid

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.notifications import services
from hubapp.people.notifications.views import choosing
from hubapp.people.notifications.views.blueprint import HUB, both, url
from hubapp.web import access

DEVICES = f"{choosing.PATH}/devices"


@HUB.post(DEVICES)
@access.requires()
def device_on() -> ResponseReturnValue:
    """Show this hub's notices in this browser: its script sends what the browser answered."""
    try:
        services.switch_on(
            account_id=current_user.account_id,
            session_id=current_user.session_id,
            subscription=request.form.get("subscription", ""),
            user_agent=request.user_agent.string,
            now=clock.wall(),
        )
    except Refusal as refusal:
        return choosing.page(refusal=refusal)
    flash(_("Notices now come to this device."), "good")
    return redirect(url(choosing.PATH), 303)


@HUB.post(f"{DEVICES}/again")
@access.requires()
def device_again() -> ResponseReturnValue:
    """The browser's own worker names the subscription that takes the place of one that ended.

    It has no page, and so no token; a browser says itself whether it was asked by this very site, and each that has
    push says so.
    """
    if request.headers.get("Sec-Fetch-Site") != "same-origin":
        abort(403)
    services.switch_on_again(
        account_id=current_user.account_id,
        session_id=current_user.session_id,
        subscription=request.form.get("subscription", ""),
    )
    return "", 204


@both(f"{DEVICES}/off", "POST")
@access.requires()
def device_off() -> ResponseReturnValue:
    """Nothing more to one device; one that is gone already stays gone."""
    device_id = request.form.get("device_id", type=uuid.UUID)
    if device_id is None:
        abort(404)
    services.switch_off(account_id=current_user.account_id, device_id=device_id)
    flash(_("Notices no longer come to that device."), "good")
    return redirect(url(choosing.PATH), 303)
