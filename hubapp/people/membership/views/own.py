"""A member's own pages: which hub is their home, and what their link brought."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.membership import invite_queries, policies, services, tallies
from hubapp.people.membership.qr import qr_svg
from hubapp.people.membership.views import guards
from hubapp.people.membership.views.directory import PAGE, key_text, read_key
from hubapp.people.membership.views.joining import invite_url
from hubapp.web import access, areas

blueprint = areas.hub_blueprint("membership_own", __name__)


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
    return redirect(url_for("profiles.edit"), 303)


def _refuse_if_off() -> None:
    """404 where members have no links of their own."""
    if not areas.current_hub().features.get("referrals", True):
        abort(404)


@blueprint.get("/me/referrals")
@access.requires()
def referrals() -> ResponseReturnValue:
    """One's own link, to share and to print, and who came through it."""
    _refuse_if_off()
    member = guards.me()
    if member is None:
        return redirect(url_for("membership.join"), 303)
    key = read_key(request.args.get("after", ""))
    brought = invite_queries.invited_by(member.id, after=key, limit=PAGE + 1)
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
        brought=brought[:PAGE],
        is_first=key is None,
        first_url=url_for(".referrals", c=channel or None, _anchor="brought"),
        next_url=url_for(".referrals", c=channel or None, after=key_text(brought[PAGE - 1]), _anchor="brought")
        if len(brought) > PAGE
        else "",
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
    _refuse_if_off()
    member = guards.member_or_403()
    channel = policies.clean_channel(request.args.get("c", "qr"))
    address = invite_url(member.referral_code, channel)
    back = url_for("membership_own.referrals", c=channel)
    return render_template(
        "people/membership/print.html", label=member.display_name, url=address, code=qr_svg(address), back=back
    )
