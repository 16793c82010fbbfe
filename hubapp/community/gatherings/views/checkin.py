"""The door: who is expected, who is in, and codes typed or scanned; a phone goes on when the network drops."""

from __future__ import annotations

from uuid import UUID

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.community.gatherings import attendance, queries, services
from hubapp.community.gatherings.errors import NoSuchTicket
from hubapp.community.gatherings.forms import CodeForm
from hubapp.community.gatherings.views import cards
from hubapp.community.gatherings.views.events import BAD_INPUT
from hubapp.kernel import clock
from hubapp.web import access, areas

pages = cards.guard(areas.hub_blueprint("checkin", __name__))


@pages.get("/manage/events/<uuid:gathering_id>/checkin")
@access.requires("events.manage")
def door(gathering_id: UUID) -> ResponseReturnValue:
    """Everybody who is expected; `?q=` by name or code, `?code=` a code that was scanned."""
    form = CodeForm(formdata=None)
    form.code.data = request.args.get("code", "")[:200]
    return _page(gathering_id, form)


@pages.post("/manage/events/<uuid:gathering_id>/checkin")
@access.requires("events.manage")
def check_in(gathering_id: UUID) -> ResponseReturnValue:
    """Let somebody in. Sent twice, or by two people, it counts once; the script asks for JSON."""
    form, wants_json = CodeForm(), request.accept_mimetypes.best == "application/json"
    if not form.validate_on_submit():
        return (jsonify(error="code"), BAD_INPUT) if wants_json else (_page(gathering_id, form), BAD_INPUT)
    try:
        found = services.check_in(
            gathering_id=gathering_id, code=str(form.code.data), by=current_user.account_id, now=clock.now()
        )
    except NoSuchTicket as refusal:
        if wants_json:
            return jsonify(error=str(refusal)), 404
        form.refuse(refusal)
        return _page(gathering_id, form), BAD_INPUT
    name = queries.names_of([found.account_id]).get(found.account_id, "")
    if wants_json:
        arrived = attendance.arrived([gathering_id]).get(gathering_id, 0)
        return jsonify(code=found.code, name=name, is_new=found.is_new, arrived=arrived)
    words = _("%(name)s is in.", name=name) if found.is_new else _("%(name)s was in already.", name=name)
    flash(words, "good" if found.is_new else "warn")
    return redirect(url_for(".door", gathering_id=gathering_id, q=request.form.get("q") or None), 303)


@pages.post("/manage/events/<uuid:gathering_id>/checkin/undo")
@access.requires("events.manage")
def undo(gathering_id: UUID) -> ResponseReturnValue:
    """They are not in after all."""
    form = CodeForm()
    if not form.validate_on_submit():
        return _page(gathering_id, form), BAD_INPUT
    services.undo_check_in(gathering_id=gathering_id, code=str(form.code.data))
    flash(_("Taken back."), "info")
    return redirect(url_for(".door", gathering_id=gathering_id, q=request.form.get("q") or None), 303)


def _page(gathering_id: UUID, form: CodeForm) -> str:
    found = queries.gathering(gathering_id)
    guests = attendance.guests(gathering_id)
    search = request.values.get("q", "").strip()[:100]
    wanted = search.casefold()
    return render_template(
        "community/gatherings/manage/checkin.html",
        gathering=found,
        form=form,
        as_of=clock.now(),
        search=search,
        expected=len(guests),
        arrived=sum(guest.ticket.checked_in_at is not None for guest in guests),
        guests=[one for one in guests if wanted in one.name.casefold() or wanted == one.ticket.code.casefold()],
    )
