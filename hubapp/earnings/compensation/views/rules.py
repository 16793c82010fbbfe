"""An announced version of the plan in words, for everybody who is signed in: what holds now, and what is to come."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from hubapp.earnings.compensation import queries, speaking
from hubapp.earnings.compensation.errors import NoSuchVersion
from hubapp.earnings.compensation.models import PlanStatus
from hubapp.web import access, areas

# On the central site: a plan holds in all hubs of its currency.
pages = areas.central_blueprint("plan_rules", __name__, url_prefix="/plan/rules")


def iso_day(text: str) -> str:
    """A day that a notice keeps as 2027-02-01, in the reader's language."""
    return format_date(date.fromisoformat(text))


pages.add_app_template_filter(iso_day, "iso_day")


@pages.get("/<uuid:version_id>")
@access.requires()
def version(version_id: UUID) -> ResponseReturnValue:
    """One of them; drafts and proposals are nobody's business yet."""
    found = queries.version(version_id)
    if found.status != PlanStatus.ANNOUNCED:
        raise NoSuchVersion
    passages = speaking.passages(queries.plan_of(found))
    beside = [one for one in queries.announced(found.currency) if one.id != found.id]
    return render_template("earnings/compensation/rules.html", version=found, passages=passages, beside=beside)
