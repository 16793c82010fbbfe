"""One's own profile: what one tells in this hub, and who may see it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.membership import homes
from hubapp.people.membership import queries as membership
from hubapp.people.membership.views import guards
from hubapp.people.profiles import forms, queries, services
from hubapp.people.profiles.forms import TellForm
from hubapp.tenancy import queries as tenancy
from hubapp.web import access, areas

blueprint = areas.hub_blueprint("profiles", __name__)


@blueprint.route("/me/profile", methods=["GET", "POST"])
@access.requires()
def edit() -> ResponseReturnValue:
    """Name, handle, what one tells, to whom, and whether one is listed."""
    member = guards.me()
    if member is None:
        return redirect(url_for("membership.join"), 303)
    about, told = queries.own(member.account_id)
    shown = {"name": member.display_name, "handle": member.handle, "is_listed": member.is_listed}
    form = TellForm(data={**shown, **forms.shown(about, told)})
    if form.validate_on_submit():
        try:
            services.edit_profile(
                account_id=current_user.account_id,
                name=form.name.data,
                handle=form.handle.data,
                about=form.about.data or "",
                is_listed=form.is_listed.data,
                profile=form.told(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Your profile is saved."), "good")
            return redirect(url_for("profiles.edit"), 303)
    home = membership.home_hub_of(current_user.account_id)
    page = render_template(
        "people/profiles/edit.html",
        form=form,
        member=member,
        home=None if home is None else tenancy.hub_view(home),
        home_stays_until=homes.stays_until(member.account_id, now=clock.now()),
    )
    return page, 422 if form.errors or form.form_errors else 200
