"""The connector's first page: what happened, and what to do next."""

from __future__ import annotations

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from hubapp.home import presentation, today
from hubapp.kernel import clock
from hubapp.people.membership.views import guards
from hubapp.web import access, areas

blueprint = areas.hub_blueprint("manage", __name__, url_prefix="/manage")


@blueprint.get("/")
@access.requires("hub.manage")
def index() -> ResponseReturnValue:
    """Today."""
    site = presentation.site()
    if site is None:
        abort(404)
    person = guards.team_member_or_403()
    found = today.today(site, person, now=clock.now())
    is_core = guards.stand_in() is not None
    return render_template("home/manage/today.html", today=found, person=person, is_core=is_core)
