"""Blocking somebody from their page or from a message, and the page where all of it is taken back."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.kernel import clock
from hubapp.people.membership import errors
from hubapp.people.membership import queries as membership
from hubapp.people.membership.views import guards
from hubapp.people.membership.views.directory import PAGE
from hubapp.people.profiles import queries, services
from hubapp.web import access, areas
from hubapp.web.redirects import safe_path

blueprint = areas.hub_blueprint("blocks", __name__)


@blueprint.get("/me/blocked")
@access.requires()
def index() -> ResponseReturnValue:
    """Whom one has blocked here."""
    me, before = guards.member_or_403(), _uuid(request.args.get("before", ""))
    found = queries.blocks(me.account_id, before=before, limit=PAGE + 1)
    return render_template(
        "people/profiles/blocked.html",
        blocked=found[:PAGE],
        is_first=before is None,
        next_url=url_for(".index", before=found[PAGE - 1].id) if len(found) > PAGE else "",
    )


def _uuid(text: str) -> UUID | None:
    """A key from an address or a form; nonsense is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


@blueprint.post("/members/@<handle>/block")
@access.requires()
def block(handle: str) -> ResponseReturnValue:
    """Keep somebody away; they are not told."""
    me, person = guards.member_or_403(), membership.member_by_handle(handle)
    if person is None:
        raise errors.NoSuchMember
    services.block(account_id=me.account_id, blocked_id=person.account_id, now=clock.now())
    flash(_("%(name)s is blocked, and is not told.", name=person.display_name), "good")
    return redirect(safe_path(request.form.get("back"), url_for("members.show", handle=person.handle)), 303)


@blueprint.post("/me/blocked/remove")
@access.requires()
def unblock() -> ResponseReturnValue:
    """Take it back."""
    me, blocked_id = guards.member_or_403(), _uuid(request.form.get("who", ""))
    if blocked_id is not None and queries.has_blocked(me.account_id, blocked_id):
        services.unblock(account_id=me.account_id, blocked_id=blocked_id)
        flash(_("No longer blocked."), "good")
    return redirect(safe_path(request.form.get("back"), url_for("blocks.index")), 303)
