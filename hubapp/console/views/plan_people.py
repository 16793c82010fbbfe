"""People of the earning programme: who takes part under whom, and corrections of a sponsor by two people."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.console.plan_forms import SponsorForm
from hubapp.console.views.blueprint import actor, blueprint
from hubapp.earnings.compensation import history_queries, participant_queries
from hubapp.earnings.compensation.history_queries import History
from hubapp.earnings.compensation.participant_queries import Person
from hubapp.earnings.compensation.refusals import SponsorGone
from hubapp.earnings.compensation.services import correcting
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.accounts import network as accounts
from hubapp.people.accounts import queries as one_account
from hubapp.web import access

PAGE = 30


@blueprint.get("/plan/people")
@access.requires("central.people")
def plan_people() -> ResponseReturnValue:
    """Everybody who takes part or did, the latest first; or those with a name or an address."""
    search = request.args.get("q", "").strip()[:254]
    people = _found(search) if search else participant_queries.everybody(after=_after(), limit=PAGE + 1)
    shown = people[:PAGE]
    has_more = not search and len(people) > PAGE
    waiting = history_queries.waiting(limit=PAGE)
    return render_template(
        "console/plan/people.html",
        people=shown,
        names=_names(shown),
        waiting=waiting,
        waiting_names=accounts.with_ids(history_queries.people_in(waiting)),
        search=search,
        next_url=url_for("console.plan_people", after=shown[-1].account_id) if has_more else "",
    )


def _found(search: str) -> Sequence[Person]:
    rows = [*accounts.accounts(search=search), *accounts.named(search, limit=200)]
    return participant_queries.people([row.id for row in rows])


def _names(people: Sequence[Person]) -> dict[UUID, accounts.AccountRow]:
    ids = {person.account_id for person in people} | {one.sponsor_id for one in people if one.sponsor_id}
    return accounts.with_ids(ids)


def _after() -> UUID | None:
    try:
        return UUID(request.args.get("after", ""))
    except ValueError:
        return None


@blueprint.get("/plan/people/<uuid:plan_person_id>")
@access.requires("central.people")
def plan_person(plan_person_id: UUID) -> ResponseReturnValue:
    """One of them: where they stand, and how they came there."""
    return _page(_person(plan_person_id), SponsorForm(formdata=None))


@blueprint.post("/plan/people/<uuid:plan_person_id>")
@access.requires("central.ledger")
def propose_sponsor(plan_person_id: UUID) -> ResponseReturnValue:
    """Propose another sponsor."""
    person, form = _person(plan_person_id), SponsorForm()
    if not form.validate_on_submit():
        return _page(person, form), 422
    try:
        to_id = _sponsor(str(form.sponsor.data or ""))
        correcting.propose(
            account_id=person.account_id, to_id=to_id, reason=str(form.reason.data), actor=actor(), now=clock.now()
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(person, form), 422
    flash(_("Proposed. Somebody else has to agree to it."), "good")
    return redirect(url_for("console.plan_person", plan_person_id=person.account_id), 303)


def _sponsor(email: str) -> UUID | None:
    if not email:
        return None
    found = one_account.id_of(email)
    if found is None:
        raise SponsorGone
    return found


@blueprint.post("/plan/people/<uuid:plan_person_id>/<uuid:sponsor_change_id>/<any(approve, refuse):decision>")
@access.requires("central.ledger")
def decide_sponsor(plan_person_id: UUID, sponsor_change_id: UUID, decision: str) -> ResponseReturnValue:
    """Agree to what somebody else proposed, or refuse it."""
    is_agreed = decision == "approve"
    answer = request.form.get("answer", "").replace("\x00", "")
    try:
        correcting.decide(
            change_id=sponsor_change_id, is_agreed=is_agreed, answer=answer, actor=actor(), now=clock.now()
        )
    except Refusal as refusal:
        flash(str(refusal), "warn")
    else:
        flash(_("Agreed: it counts from now on.") if is_agreed else _("Refused: nothing changes."), "good")
    return redirect(url_for("console.plan_person", plan_person_id=plan_person_id), 303)


def _person(account_id: UUID) -> Person:
    person = participant_queries.person(account_id)
    if person is None:
        abort(404)
    return person


def _page(person: Person, form: SponsorForm) -> str:
    history: History = history_queries.history(person.account_id)
    return render_template(
        "console/plan/person.html",
        person=person,
        form=form,
        history=history,
        me=actor().id,
        names=accounts.with_ids(history.people | {person.account_id}),
        frontline=participant_queries.sizes([person.account_id])
        .get(person.account_id, participant_queries.NOBODY)
        .direct,
    )
