"""Mails that came back: why, sending them again, and addresses that take none."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.console.views.blueprint import actor, blueprint
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.notifications import network, services
from hubapp.people.notifications.models import BadAddress
from hubapp.tenancy import audit
from hubapp.tenancy import network as hubs_of_network
from hubapp.web import access
from hubapp.web.paging import Lists, Part

PAGE = 50
LONGEST = 254
LISTS = Lists("console.mails", ("before", "bad"))


@blueprint.get("/mails")
@access.requires("central.view")
def mails() -> ResponseReturnValue:
    """What was refused for good, the newest first; and addresses that take none, by the alphabet."""
    at = request.args.get("before", type=UUID)
    found = network.failed(before=at, limit=PAGE + 1)
    came_back = LISTS.part(found, size=PAGE, name="before", at=at, key=lambda mail: mail.id)
    return render_template(
        "console/mails.html",
        mails=came_back,
        bad=_bad(),
        marked=network.bad_among({mail.address for mail in came_back.rows}),
        names=hubs_of_network.names([mail.hub_id for mail in came_back.rows]),
    )


def _bad() -> Part[BadAddress]:
    after = request.args.get("bad", "").replace("\x00", "")[:LONGEST]
    found = network.bad_addresses(after=after, limit=PAGE + 1)
    return LISTS.part(found, size=PAGE, name="bad", at=after or None, key=lambda row: row.address, anchor="bad")


@blueprint.post("/mails/<uuid:mail_id>/retry")
@access.requires("central.jobs")
def retry_mail(mail_id: UUID) -> ResponseReturnValue:
    """Send one again."""
    try:
        template = services.retry(mail_id=mail_id)
    except Refusal as refusal:
        flash(str(refusal), "warn")
    else:
        audit.record(actor=actor(), action="mail.retry", subject=f"{template} {mail_id}", now=clock.now())
        flash(_("It is being sent again."), "good")
    return redirect(url_for("console.mails"), 303)


@blueprint.post("/mails/addresses")
@access.requires("central.jobs")
def mark_address() -> ResponseReturnValue:
    """Mark an address as taking no mail, or take the mark off."""
    address, reason = request.form.get("address", "")[:LONGEST], request.form.get("reason", "").strip()[:LONGEST]
    is_forgiven = request.form.get("act") == "forgive"
    try:
        if is_forgiven:
            services.forgive(address=address)
        else:
            services.mark_bad(address=address, reason=reason or "–", now=clock.wall())
    except Refusal as refusal:
        flash(str(refusal), "warn")
    else:
        action = "mail.forgive" if is_forgiven else "mail.mark"
        audit.record(actor=actor(), action=action, subject=address, reason=reason, now=clock.now())
        flash(_("Noted."), "good")
    return redirect(url_for("console.mails"), 303)
