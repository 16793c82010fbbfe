"""`/me/security`: password, second factor, and the devices that are signed in."""

from __future__ import annotations

import uuid

from flask import abort
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.accounts import queries, services
from hubapp.people.accounts.forms import ChangePasswordForm
from hubapp.people.accounts.signed_in import requires_second_factor
from hubapp.people.accounts.views.blueprint import accounts, done, show
from hubapp.people.accounts.views.me import subnav
from hubapp.tenancy import queries as tenancy
from hubapp.web import access


def _page(form: ChangePasswordForm) -> ResponseReturnValue:
    devices = queries.devices(account_id=current_user.account_id, now=clock.wall())
    hubs = {hub_id: tenancy.hub_view(hub_id).name for device in devices for hub_id in device.hub_ids}
    return show(
        "security",
        form,
        devices=devices,
        hubs=hubs,
        here=current_user.root_id,
        factor=queries.factor(account_id=current_user.account_id),
        is_required=requires_second_factor(current_user),
        is_exempt=current_user.is_demo,
        subnav=subnav(),
        active="security",
    )


@accounts.get("/me/security")
@access.requires()
def security() -> ResponseReturnValue:
    """Everything about getting in."""
    return _page(ChangePasswordForm(formdata=None))


@accounts.post("/me/security/password")
@access.requires()
def password_changed() -> ResponseReturnValue:
    """Replace the password; other devices are signed out."""
    form = ChangePasswordForm()
    if not form.validate_on_submit():
        return _page(form)
    try:
        # A borrowed session must not be a place to guess the password at leisure.
        services.limit(kind="code account", subject=f"password {current_user.account_id}", now=clock.wall())
        services.change_password(
            account_id=current_user.account_id,
            old=form.old.data,
            new=form.password.data,
            keep_session=current_user.root_id,
            now=clock.wall(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form)
    return done(_("Your password is changed, and other devices are signed out."), "/me/security")


@accounts.post("/me/security/devices/<uuid:session_id>/end")
@access.requires()
def device_ended(session_id: uuid.UUID) -> ResponseReturnValue:
    """Sign one device out, everywhere."""
    if not services.end_session(root_id=session_id, account_id=current_user.account_id, now=clock.wall()):
        abort(404)
    return done(_("That device is signed out."), "/me/security")


@accounts.post("/me/security/devices/end-others")
@access.requires()
def other_devices_ended() -> ResponseReturnValue:
    """Sign every other device out."""
    count = services.end_other_sessions(account_id=current_user.account_id, keep=current_user.root_id, now=clock.wall())
    return done(ngettext("%(num)d device is signed out.", "%(num)d devices are signed out.", count), "/me/security")
