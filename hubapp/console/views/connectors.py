"""Naming a hub's connectors, and taking the role back."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.console import services
from hubapp.console.forms import ConnectorForm, ReasonForm
from hubapp.console.views.blueprint import actor, blueprint, hub_or_404
from hubapp.kernel import clock
from hubapp.kernel.errors import NotFound, Refusal
from hubapp.people.accounts import queries as accounts
from hubapp.web import access


@blueprint.route("/hubs/<slug>/connectors/new", methods=["GET", "POST"])
@access.requires("central.connectors")
def name_connector(slug: str) -> ResponseReturnValue:
    """Make somebody with an account a connector."""
    found, form = hub_or_404(slug), ConnectorForm()
    if form.validate_on_submit():
        try:
            account = services.name_connector(
                hub_id=found.id, email=form.email.data, reason=form.reason.data, actor=actor(), now=clock.now()
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("%(name)s looks after %(hub)s now.", name=account.name, hub=found.name), "good")
            return redirect(url_for("console.hub", slug=slug), 303)
    page = render_template("console/connector.html", found=found, form=form)
    return page, 422 if form.all_errors else 200


@blueprint.route("/hubs/<slug>/connectors/<uuid:account_id>/end", methods=["GET", "POST"])
@access.requires("central.connectors")
def dismiss_connector(slug: str, account_id: uuid.UUID) -> ResponseReturnValue:
    """Take the role back; the person stays a member."""
    found, form = hub_or_404(slug), ReasonForm()
    account = accounts.account(account_id)
    if account is None:
        raise NotFound
    if form.validate_on_submit():
        services.dismiss_connector(
            hub_id=found.id, account_id=account_id, reason=form.reason.data, actor=actor(), now=clock.now()
        )
        flash(_("%(name)s is no longer a connector of %(hub)s.", name=account.name, hub=found.name), "good")
        return redirect(url_for("console.hub", slug=slug), 303)
    page = render_template("console/dismiss.html", found=found, form=form, account=account)
    return page, 422 if form.all_errors else 200
