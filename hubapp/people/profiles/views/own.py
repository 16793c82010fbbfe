"""One's own profile: what one tells in this hub, and who may see it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.kernel import clock, files, pictures
from hubapp.kernel.errors import Refusal
from hubapp.people.accounts.errors import TooManyAttempts
from hubapp.people.accounts.services import throttle
from hubapp.people.membership import homes
from hubapp.people.membership import queries as membership
from hubapp.people.membership.queries import MemberView
from hubapp.people.membership.views import guards
from hubapp.people.profiles import forms, policies, portraits, queries, services
from hubapp.people.profiles.errors import BadPortrait
from hubapp.people.profiles.forms import TellForm
from hubapp.tenancy import queries as tenancy
from hubapp.web import access, areas, request_scope

blueprint = areas.hub_blueprint("profiles", __name__)


@blueprint.route("/me/profile", methods=["GET", "POST"])
@access.requires()
def edit() -> ResponseReturnValue:
    """Photo, name, handle, what one tells, to whom, and whether one is listed."""
    member = guards.me()
    if member is None:
        return redirect(url_for("membership.join"), 303)
    about, told = queries.own(member.account_id)
    shown = {"name": member.display_name, "handle": member.handle, "is_listed": member.is_listed}
    form = TellForm(data={**shown, **forms.shown(about, told), "portrait_for": member.portrait_for})
    if form.validate_on_submit():
        try:
            _save(member, form)
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


def _save(member: MemberView, form: TellForm) -> None:
    photo = _photo(member, form)
    services.edit_profile(
        account_id=member.account_id,
        name=form.name.data,
        handle=form.handle.data,
        about=form.about.data or "",
        is_listed=form.is_listed.data,
        profile=form.told(),
    )
    portraits.show_to(account_id=member.account_id, audience=form.portrait_for.data or policies.EVERYBODY)
    if photo is not None:
        store = files.opened(current_app.extensions["hubapp.settings"])
        portraits.keep(account_id=member.account_id, sizes=photo, files=store)
    elif form.has_no_portrait.data:
        portraits.remove(account_id=member.account_id)


def _photo(member: MemberView, form: TellForm) -> Mapping[int, bytes] | None:
    """The photo that was sent, made new before anything else is done. Refuses with BadPortrait."""
    upload = form.portrait.data
    if not upload:
        return None
    try:
        # Finding out that it is no picture is work, too: it counts.
        throttle.limit(kind="picture account", subject=f"{areas.current_hub().id}:{member.account_id}", now=clock.now())
        return portraits.reencode(upload.stream.read(pictures.MAX_BYTES + 1))
    except TooManyAttempts as refusal:
        request_scope.keep()
        raise BadPortrait(str(refusal)) from refusal
    except BadPortrait:
        request_scope.keep()
        raise
