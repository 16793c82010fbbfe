"""Freezing a hub and lifting it: two pages, a reason, and an entry in the audit log."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.console.forms import FreezeForm, ReasonForm
from hubapp.console.views.blueprint import actor, blueprint, hub_or_404
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.tenancy import services
from hubapp.web import access


@blueprint.route("/hubs/<slug>/freeze", methods=["GET", "POST"])
@access.requires("central.freeze")
def freeze(slug: str) -> ResponseReturnValue:
    """Ask for the reason, show what will happen, then stop the sales."""
    found, form = hub_or_404(slug), FreezeForm()
    if not form.validate_on_submit():
        page = render_template("console/freeze.html", found=found, form=form, is_confirming=False)
        return page, 422 if form.errors else 200
    if form.confirmed.data != "yes":
        return render_template("console/freeze.html", found=found, form=form, is_confirming=True)
    try:
        services.freeze_hub(hub_id=found.id, reason=form.reason.data, actor=actor(), now=clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return render_template("console/freeze.html", found=found, form=form, is_confirming=False), 422
    flash(_("%(name)s is frozen: nothing can be bought there.", name=found.name), "warn")
    return redirect(url_for("console.hub", slug=slug), 303)


@blueprint.route("/hubs/<slug>/lift", methods=["GET", "POST"])
@access.requires("central.freeze")
def lift(slug: str) -> ResponseReturnValue:
    """Let a frozen hub sell again, with the reason for the audit log."""
    found, form = hub_or_404(slug), ReasonForm()
    if form.validate_on_submit():
        try:
            services.lift_hub(hub_id=found.id, reason=form.reason.data, actor=actor(), now=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("%(name)s sells again.", name=found.name), "good")
            return redirect(url_for("console.hub", slug=slug), 303)
    page = render_template("console/lift.html", found=found, form=form)
    return page, 422 if form.all_errors else 200
