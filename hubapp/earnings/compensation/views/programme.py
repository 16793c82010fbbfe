"""The earning programme for a member: the facts first, joining with consent, leaving, showing one's name."""

from __future__ import annotations

from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.earnings.compensation import live_queries, participant_queries
from hubapp.earnings.compensation.forms import JoinForm
from hubapp.earnings.compensation.live_queries import Running
from hubapp.earnings.compensation.participant_queries import Person
from hubapp.earnings.compensation.services import joining
from hubapp.earnings.compensation.views import naming
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.kernel.money import Money
from hubapp.people.membership import visits
from hubapp.people.membership.views import guards
from hubapp.web import access, areas
from hubapp.web.areas import HubFlask

blueprint = areas.hub_blueprint("programme", __name__)


@blueprint.route("/me/programme", methods=["GET", "POST"])
@access.requires()
def index() -> ResponseReturnValue:
    """What it is and brought, and the way in."""
    if guards.me() is None:
        guards.refuse_suspended()
        flash(_("Join the hub first: its members may take part."), "info")
        return redirect(url_for("membership.join"), 303)
    person = participant_queries.person(current_user.account_id)
    form = JoinForm()
    if (person is None or person.left_at is not None) and form.validate_on_submit():
        try:
            _join(form)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("You take part now."), "good")
            return redirect(url_for(".index"), 303)
    return _page(person, form), 422 if form.all_errors else 200


def _join(form: JoinForm) -> None:
    joining.join(
        account_id=current_user.account_id,
        terms=str(form.terms.data or "") if form.agrees.data else "",
        code=str(form.code.data or ""),
        shows_name=bool(form.shows_name.data),
        touch=visits.current(areas.current_hub().id),
        actor=guards.actor(),
        now=clock.now(),
    )


def _page(person: Person | None, form: JoinForm) -> str:
    hub, now = areas.current_hub(), clock.now()
    running = live_queries.running(hub.currency, now)
    sponsor_id = person.sponsor_id if person else _would_be_sponsor()
    return render_template(
        "earnings/compensation/programme.html",
        person=person,
        form=form,
        terms=joining.TERMS,
        facts=live_queries.facts(hub.currency, now),
        running=running,
        sponsor=naming.name_of(sponsor_id) if sponsor_id else "",
        rules_url=_rules_url(running),
        currency=hub.currency,
        money=Money,
    )


def _rules_url(running: Running | None) -> str:
    """Where the plan in force stands in words: on the central site."""
    site: HubFlask = current_app  # type: ignore[assignment]
    return site.addresses.central(f"/plan/rules/{running.version_id}") if running is not None else ""


def _would_be_sponsor() -> UUID | None:
    touch = visits.current(areas.current_hub().id)
    return joining.sponsor_for(account_id=current_user.account_id, code="", touch=touch, now=clock.now())


@blueprint.post("/me/programme/leave")
@access.requires()
def leave() -> ResponseReturnValue:
    """Take part no longer."""
    joining.leave(account_id=current_user.account_id, actor=guards.actor(), now=clock.now())
    flash(_("You have left the programme. What you earned stays yours."), "info")
    return redirect(url_for(".index"), 303)


@blueprint.post("/me/programme/name")
@access.requires()
def name() -> ResponseReturnValue:
    """Show one's name to those above, or no longer."""
    shows_name = request.form.get("shows_name") == "1"
    joining.show_name(account_id=current_user.account_id, shows_name=shows_name, actor=guards.actor(), now=clock.now())
    flash(_("Those above you see your name.") if shows_name else _("Those above you see a number."), "good")
    return redirect(url_for(".index"), 303)
