"""A member's own pages: how they appear here, and what their link brought."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.membership import homes, policies, queries, services, tallies
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
        home_stays_until=_home_stays_until(),
    )
    return page, 422 if form.errors or form.form_errors else 200


@blueprint.post("/me/home-hub")
@access.requires()
def choose_home() -> ResponseReturnValue:
    """This hub becomes one's home hub."""
    try:
        services.choose_home(account_id=guards.member_or_403().account_id, now=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "warn")
    else:
        flash(_("You are at home in %(hub)s now.", hub=areas.current_hub().name), "good")
    return redirect(url_for("membership_own.profile"), 303)


def _home_stays_until() -> datetime | None:
    """Until when one's home hub may not move; None: it may."""
    free_from = homes.free_from(current_user.account_id)
    return free_from if free_from is not None and free_from > clock.now() else None


@blueprint.get("/me/referrals")
@access.requires()
def referrals() -> ResponseReturnValue:
    """One's own link, to share and to print, and who came through it."""
    member = guards.me()
    if member is None:
        return redirect(url_for("membership.join"), 303)
    counts = {
        name: tally
        for name, tally in tallies.of_member(member.id).items()
        if not name.startswith(policies.LINK_PREFIX)  # the hub's links have a page of their own
    }
    # What came through another name than ours, as somebody typed it behind the link, has its numbers too.
    channels = [*policies.CHANNELS, *(name for name in counts if name not in policies.CHANNELS)]
    channel = request.args.get("c", "")
    chosen = policies.clean_channel(channel) if channel else policies.CHANNELS[0]
    return render_template(
        "people/membership/referrals.html",
        member=member,
        channel=chosen,
        url=invite_url(member.referral_code, chosen),
        code=qr_svg(invite_url(member.referral_code, "qr" if chosen == "link" else chosen)),
        channels=[(name, channel_name(name), counts.get(name)) for name in channels],
        channel_label=channel_name(chosen),
        brought=queries.invited_by(member.id),
    )


def channel_name(channel: str) -> str:
    """A way of passing one's link on, in words; one's own words stay as they are."""
    words: dict[str, str] = {
        "link": _("Link"),
        "qr": _("Code to scan"),
        "mail": _("E-mail"),
        "chat": _("Messages"),
        "poster": _("Poster"),
        "social": _("Social media"),
    }
    return words.get(channel, channel)


@blueprint.get("/me/referrals/print")
@access.requires()
def printed() -> ResponseReturnValue:
    """The QR code on a sheet of its own."""
    member = guards.member_or_403()
    channel = policies.clean_channel(request.args.get("c", "qr"))
    address = invite_url(member.referral_code, channel)
    back = url_for("membership_own.referrals", c=channel)
    return render_template(
        "people/membership/print.html", label=member.display_name, url=address, code=qr_svg(address), back=back
    )
