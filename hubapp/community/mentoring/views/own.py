"""`/me/mentoring`: one's own plan, whom one welcomes, and the connector's question whether one would."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from hubapp.community.mentoring import queries, services
from hubapp.community.mentoring.models import MentorStatus
from hubapp.community.mentoring.queries import Plan
from hubapp.community.mentoring.views import shown
from hubapp.kernel import clock
from hubapp.people.membership import queries as membership
from hubapp.people.membership.queries import MemberView
from hubapp.people.membership.views import guards
from hubapp.web import access, areas

blueprint = areas.hub_blueprint("mentoring", __name__)


def me() -> MemberView:
    """The member who asks, in a hub that welcomes newcomers so."""
    if not areas.current_hub().features.get("mentors", True):
        abort(404)
    return guards.member_or_403()


@blueprint.get("/me/mentoring")
@access.requires()
def index() -> ResponseReturnValue:
    """What there is for this member."""
    member, features, now = me(), areas.current_hub().features, clock.now()
    plan = queries.plan(member.account_id, features=features, now=now)
    newcomers = queries.newcomers_of(member.account_id, features=features, now=now)
    row = queries.mentor(member.account_id)
    named = {one.account_id for one in newcomers} | ({plan.mentor_id} if plan and plan.mentor_id else set())
    people = membership.members_of(named)
    locale = str(get_locale() or "en")
    return render_template(
        "community/mentoring/index.html",
        plan=plan,
        items=shown.items(plan, locale) if plan else [],
        words=shown.words(locale),
        mentor=_mentor(plan, people),
        newcomers=[(people[one.account_id], one) for one in newcomers if _is_here(people.get(one.account_id))],
        is_asked=row is not None and row.status == MentorStatus.ASKED,
        is_mentor=row is not None and row.status == MentorStatus.ACTIVE,
    )


def _mentor(plan: Plan | None, people: dict[UUID, MemberView]) -> MemberView | None:
    """Who welcomes them; where that person has left since, a connector."""
    if plan is None:
        return None
    person = people.get(plan.mentor_id) if plan.mentor_id else None
    return person if _is_here(person) else next(iter(membership.connectors()), None)


def _is_here(person: MemberView | None) -> bool:
    return person is not None and person.is_active


@blueprint.post("/me/mentoring/answer")
@access.requires()
def answer() -> ResponseReturnValue:
    """Yes or no to the connector's question."""
    accepts = request.form.get("answer") == "yes"
    services.answer(account_id=me().account_id, accepts=accepts, now=clock.now())
    flash(_("Thank you! You hear of the next newcomer whom you welcome.") if accepts else _("That is fine."), "good")
    return redirect(url_for(".index"), 303)


@blueprint.post("/me/mentoring/stop")
@access.requires()
def stop() -> ResponseReturnValue:
    """Be a mentor no more."""
    services.stop(account_id=me().account_id, now=clock.now())
    flash(_("You are no mentor any more. Others take over whom you welcomed."), "good")
    return redirect(url_for(".index"), 303)


@blueprint.post("/me/mentoring/dismiss")
@access.requires()
def dismiss() -> ResponseReturnValue:
    """Put one's own plan away."""
    services.dismiss(account_id=me().account_id, now=clock.now())
    flash(_("The first steps are put away."), "info")
    return redirect(url_for("home.front"), 303)
