"""Coming through a link, joining, leaving."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.membership import invite_queries, policies, queries, services, tallies, visits
from hubapp.people.membership.forms import JoinForm
from hubapp.people.membership.invite_queries import Referral
from hubapp.people.membership.views import guards
from hubapp.web import access, areas
from hubapp.web.redirects import safe_path

blueprint = areas.hub_blueprint("membership", __name__)


@blueprint.before_app_request
def store_touch() -> None:
    """A visitor who came through a link has signed in since: from now on the database remembers."""
    if not areas.in_hub() or request.endpoint is None or request.endpoint.startswith(("static", "files.")):
        return
    hub_id = areas.current_hub().id
    touch = visits.current(hub_id)
    if touch is None or not current_user.is_authenticated:
        return
    services.touch(account_id=current_user.account_id, code=touch.code, channel=touch.channel, at=touch.at)
    visits.forget(hub_id)


@blueprint.get("/r/<code>")
def come(code: str) -> ResponseReturnValue:
    """Someone's link: remember it and show the hub. An unknown code is nobody's fault."""
    found = invite_queries.referrer_of_code(code)
    if found is None:
        flash(_("That link is no longer known here. You are welcome all the same."), "info")
        return redirect(url_for("home.front"), 303)
    if current_user.is_authenticated and current_user.account_id == found.account_id:
        flash(_("This is your own link: share it with others."), "info")
        return redirect(url_for("home.front"), 303)
    channel = found.channel or request.args.get("c", "")
    _count_opening(found, channel)
    if current_user.is_authenticated:
        services.touch(account_id=current_user.account_id, code=found.code, channel=channel, at=clock.now())
    else:
        visits.remember(hub_id=areas.current_hub().id, code=found.code, channel=channel, at=clock.now())
    return redirect(url_for("home.front"), 303)


def _count_opening(found: Referral, channel: str) -> None:
    """Once per visitor and link, as far as their own browser remembers; a browser that only looks ahead is nobody."""
    seen = visits.current(areas.current_hub().id)
    is_ahead = "prefetch" in request.headers.get("Sec-Purpose", "") or request.method == "HEAD"
    if not is_ahead and guards.me() is None and (seen is None or seen.code != found.code):
        tallies.count(membership_id=found.membership_id, channel=channel, what="opened")


@blueprint.route("/join", methods=["GET", "POST"])
def join() -> ResponseReturnValue:
    """Become a member: free, a name and one click; then on to where one was going."""
    if not current_user.is_authenticated:
        if request.method == "POST":
            return access.to_sign_in()
        return render_template("people/membership/join.html", form=None, referrer=_referrer_name(_referral()))
    onward = safe_path(request.args.get("next"), url_for("home.front"))
    if guards.me() is not None:
        return redirect(onward, 303)
    if guards.suspended() is not None:
        return render_template("people/membership/suspended.html", person=guards.suspended()), 403
    form = JoinForm(data={"name": current_user.name[: policies.LONGEST_NAME]})
    referral = _referral()
    if form.validate_on_submit():
        try:
            services.join(account_id=current_user.account_id, name=form.name.data, referral=referral, now=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Welcome to %(hub)s.", hub=areas.current_hub().name), "good")
            return redirect(onward, 303)
    page = render_template("people/membership/join.html", form=form, referrer=_referrer_name(referral))
    return page, 422 if form.errors else 200


def invite_url(code: str, channel: str = "") -> str:
    """The public address of a code, the same in print and on the screen."""
    path = f"/r/{code}" + (f"?c={channel}" if channel else "")
    return str(current_app.addresses.hub(areas.current_hub().slug, path))  # type: ignore[attr-defined]


def _referral() -> Referral | None:
    account_id = current_user.account_id if current_user.is_authenticated else None
    return invite_queries.referrer_for(account_id, visits.current(areas.current_hub().id), clock.now())


def _referrer_name(referral: Referral | None) -> str:
    person = queries.member_by_id(referral.membership_id) if referral else None
    return person.display_name if person else ""
