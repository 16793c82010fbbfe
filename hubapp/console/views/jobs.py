"""Jobs that were given up, and another try."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.console import services
from hubapp.console.views.blueprint import actor, blueprint
from hubapp.jobs import failures
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.tenancy import network as hubs_of_network
from hubapp.web import access

PAGE = 50


@blueprint.get("/jobs")
@access.requires("central.view")
def jobs() -> ResponseReturnValue:
    """What failed, the newest first."""
    typed = request.args.get("before", "")
    before = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None  # noqa: PLR2004  bigint
    found = failures.failed(before=before, limit=PAGE + 1)
    shown = found[:PAGE]
    return render_template(
        "console/jobs.html",
        jobs=shown,
        names=hubs_of_network.names([job.hub_id for job in shown]),
        next_url=url_for("console.jobs", before=shown[-1].id) if len(found) > PAGE else "",
    )


@blueprint.post("/jobs/<int:job_id>/retry")
@access.requires("central.jobs")
def retry_job(job_id: int) -> ResponseReturnValue:
    """Put a failed job back into the queue."""
    reason = request.form.get("reason", "")
    try:
        name = services.retry_job(job_id=job_id, reason=reason, actor=actor(), now=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "warn")
    else:
        flash(_("%(name)s will be tried again.", name=name), "good")
    return redirect(url_for("console.jobs"), 303)
