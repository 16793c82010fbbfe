"""Blocking somebody from their page, and the one page where it is taken back."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.kernel import clock
from hubapp.people.membership import errors
from hubapp.people.membership import queries as membership
from hubapp.people.membership.views import guards
from hubapp.people.profiles import queries, services
from hubapp.web import access, areas

blueprint = areas.hub_blueprint("blocks", __name__)


@blueprint.get("/me/blocked")
@access.requires()
def index() -> ResponseReturnValue:
    """Whom one has blocked here."""
    me = guards.member_or_403()
    return render_template("people/profiles/blocked.html", blocked=queries.blocks(me.account_id))


@blueprint.post("/members/@<handle>/block")
@access.requires()
def block(handle: str) -> ResponseReturnValue:
    """Keep somebody away; they are not told."""
    me, person = guards.member_or_403(), membership.member_by_handle(handle)
    if person is None:
        raise errors.NoSuchMember
    services.block(account_id=me.account_id, blocked_id=person.account_id, now=clock.now())
    flash(_("%(name)s is blocked, and is not told.", name=person.display_name), "good")
    return redirect(url_for("blocks.index"), 303)


@blueprint.post("/me/blocked/remove")
@access.requires()
def unblock() -> ResponseReturnValue:
    """Take it back."""
    me = guards.member_or_403()
    known = {str(one.account_id): one.account_id for one in queries.blocks(me.account_id)}
    blocked_id = known.get(request.form.get("who", ""))
    if blocked_id is not None:
        services.unblock(account_id=me.account_id, blocked_id=blocked_id)
        flash(_("No longer blocked."), "good")
    return redirect(url_for("blocks.index"), 303)
