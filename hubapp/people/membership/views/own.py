"""A member's own pages: which hub is their home, and what their link brought."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.kernel import clock
from hubapp.people.membership import queries, services
from hubapp.people.membership.qr import qr_svg
from hubapp.people.membership.views import guards
from hubapp.people.membership.views.joining import invite_url
from hubapp.web import access, areas

blueprint = areas.hub_blueprint("membership_own", __name__)


@blueprint.post("/me/home-hub")
@access.requires()
def choose_home() -> ResponseReturnValue:
    """This hub becomes one's home hub."""
    services.choose_home(account_id=guards.member_or_403().account_id, now=clock.now())
    flash(_("You are at home in %(hub)s now.", hub=areas.current_hub().name), "good")
    return redirect(url_for("profiles.edit"), 303)


@blueprint.get("/me/referrals")
@access.requires()
def referrals() -> ResponseReturnValue:
    """One's own link, to share and to print, and who came through it."""
    member = guards.me()
    if member is None:
        return redirect(url_for("membership.join"), 303)
    return render_template(
        "people/membership/referrals.html",
        member=member,
        url=invite_url(member.referral_code),
        code=qr_svg(invite_url(member.referral_code, "qr")),
        brought=queries.invited_by(member.id),
    )


@blueprint.get("/me/referrals/print")
@access.requires()
def printed() -> ResponseReturnValue:
    """The QR code on a sheet of its own."""
    member = guards.member_or_403()
    address = invite_url(member.referral_code, "qr")
    back = url_for("membership_own.referrals")
    return render_template(
        "people/membership/print.html", label=member.display_name, url=address, code=qr_svg(address), back=back
    )
