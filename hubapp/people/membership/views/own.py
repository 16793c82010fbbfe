"""A member's own pages: how they appear here, and what their link brought."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.membership import queries, services
from hubapp.people.membership.forms import ProfileForm
from hubapp.people.membership.qr import qr_svg
from hubapp.people.membership.views import guards
from hubapp.people.membership.views.joining import invite_url
from hubapp.tenancy import queries as tenancy
from hubapp.web import access, areas

blueprint = areas.hub_blueprint("membership_own", __name__)


@blueprint.route("/me/profile", methods=["GET", "POST"])
@access.requires()
def profile() -> ResponseReturnValue:
    """Name, handle, a few words, and whether one is listed."""
    member = guards.me()
    if member is None:
        return redirect(url_for("membership.join"), 303)
    shown = {"name": member.display_name, "handle": member.handle, "about": member.about, "is_listed": member.is_listed}
    form = ProfileForm(data=shown)
    if form.validate_on_submit():
        try:
            services.edit_profile(
                account_id=current_user.account_id,
                name=form.name.data,
                handle=form.handle.data,
                about=form.about.data or "",
                is_listed=form.is_listed.data,
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Your profile is saved."), "good")
            return redirect(url_for("membership_own.profile"), 303)
    home = queries.home_hub_of(current_user.account_id)
    page = render_template(
        "people/membership/profile_form.html",
        form=form,
        member=member,
        home=None if home is None else tenancy.hub_view(home),
    )
    return page, 422 if form.errors or form.form_errors else 200


@blueprint.post("/me/home-hub")
@access.requires()
def choose_home() -> ResponseReturnValue:
    """This hub becomes one's home hub."""
    services.choose_home(account_id=guards.member_or_403().account_id, now=clock.now())
    flash(_("You are at home in %(hub)s now.", hub=areas.current_hub().name), "good")
    return redirect(url_for("membership_own.profile"), 303)


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
