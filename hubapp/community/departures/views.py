"""Leaving: what is open, what stays, one's data, and the way out."""

from __future__ import annotations

import uuid

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.community.departures import policies, queries, services, words
from hubapp.community.departures.errors import NoSuchTakeout, StillOpen
from hubapp.community.departures.forms import KEEP, LeaveForm
from hubapp.community.departures.models import Takeout, TakeoutStatus
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.kernel.files import NoSuchFile
from hubapp.people.membership import queries as membership
from hubapp.people.membership import succession
from hubapp.people.membership.queries import MemberView
from hubapp.people.membership.views import guards
from hubapp.people.papers import store
from hubapp.web import access, areas

pages = areas.hub_blueprint("departures", __name__)
blueprints = (pages,)


@pages.route("/me/leave", methods=["GET", "POST"])
@access.requires()
def leave() -> ResponseReturnValue:
    """What leaving means here; leave."""
    member = membership.member(current_user.account_id)
    if member is None:
        return redirect(url_for("membership.join"), 303)
    form = LeaveForm()
    if (member.is_active or member.is_suspended) and form.validate_on_submit():
        try:
            services.leave(
                account_id=member.account_id,
                keeps_posts=form.posts.data == KEEP,
                currency=areas.current_hub().currency,
                now=clock.now(),
                wall=clock.wall(),
            )
        except StillOpen as refusal:
            form.refuse(refusal)
        else:
            said = (
                _("You have left %(hub)s.")
                if member.is_suspended
                else _("You have left %(hub)s. You can come back any time.")
            )
            flash(said % {"hub": areas.current_hub().name}, "info")
            return redirect(url_for("departures.leave"), 303)
    return _page(member, form), 422 if form.all_errors else 200


def _page(member: MemberView, form: LeaveForm) -> str:
    hub, takeout = areas.current_hub(), queries.takeout_of(member.account_id)
    found = queries.obligations(member, currency=hub.currency, now=clock.now(), wall=clock.wall())
    prefix = areas.found().prefix or ""
    is_alone = any(one.key == "only_connector" for one in found)
    return render_template(
        "community/departures/leave.html",
        member=member,
        form=form,
        todo=[words.entry(one, prefix) for one in found],
        may_lay_down=member.role is not None and not is_alone,
        takeout=_shown(takeout),
        days=policies.KEPT.days,
        is_home=membership.home_hub_of(member.account_id) == hub.id,
    )


def _shown(takeout: Takeout | None) -> dict[str, object] | None:
    if takeout is None or not policies.is_kept(takeout.asked_at, clock.wall()):
        return None
    is_made = takeout.status == TakeoutStatus.MADE
    return {
        "url": url_for("departures.takeout", takeout_id=takeout.id) if is_made else "",
        "megabytes": max(0.1, round((takeout.size or 0) / 2**20, 1)),
        "asked_at": takeout.asked_at,
        "until": takeout.asked_at + policies.KEPT,
        "is_late": not is_made and not policies.is_fresh(takeout.asked_at, clock.wall()),
    }


@pages.post("/me/data")
@access.requires()
def ask_for_takeout() -> ResponseReturnValue:
    """Have one's data put together."""
    services.ask_for_takeout(account_id=current_user.account_id, locale=current_user.locale, now=clock.wall())
    return redirect(url_for("departures.leave", _anchor="data"), 303)


@pages.get("/me/data/state")
@access.requires()
def state() -> ResponseReturnValue:
    """How the file gets on, as a fragment."""
    member = membership.member(current_user.account_id)
    if member is None:
        raise NoSuchTakeout
    shown = _shown(queries.takeout_of(member.account_id))
    return render_template("community/departures/_data.html", takeout=shown, days=policies.KEPT.days)


@pages.get("/me/data/<uuid:takeout_id>.zip")
@access.requires()
def takeout(takeout_id: uuid.UUID) -> ResponseReturnValue:
    """One's own file; nobody else's."""
    found = queries.made_takeout(takeout_id=takeout_id, account_id=current_user.account_id, now=clock.wall())
    try:
        content = store.opened().get(found.key)
    except NoSuchFile:
        raise NoSuchTakeout from None
    name = policies.file_name(f"{areas.current_hub().slug}-{found.asked_at:%Y-%m-%d}")
    headers = {"Content-Disposition": f'attachment; filename="{name}.zip"', "Cache-Control": "private, no-store"}
    return Response(content, mimetype="application/zip", headers=headers)


@pages.post("/me/role/lay-down")
@access.requires()
def lay_down() -> ResponseReturnValue:
    """Give one's own role back; the only connector hands the hub over instead."""
    member = guards.member_or_403()
    try:
        succession.lay_down(membership_id=member.id, actor=guards.actor(), now=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "warn")
    else:
        flash(_("You have no role here any more."), "info")
    return redirect(url_for("departures.leave"), 303)
