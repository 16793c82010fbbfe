"""`/me`: name, language, e-mail address."""

from __future__ import annotations

from flask import redirect, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.accounts import services
from hubapp.people.accounts.forms import LANGUAGES, NewEmailForm, ProfileForm
from hubapp.people.accounts.views.blueprint import accounts, done, locale, network, show
from hubapp.web import access, locales


def subnav() -> list[tuple[str, str, str, str]]:
    """The tabs of the account pages."""
    return [
        (_("Profile"), "/me", "circle-user", "account"),
        (_("Security"), "/me/security", "shield-check", "security"),
        (_("Notices"), "/me/notifications", "bell", "notifications"),
    ]


def _page(form: ProfileForm, email_form: NewEmailForm) -> ResponseReturnValue:
    shown = email_form if email_form.errors or email_form.form_errors else form
    return show(
        "me", shown, profile=form, email_form=email_form, languages=LANGUAGES, subnav=subnav(), active="account"
    )


def _profile() -> ProfileForm:
    return ProfileForm(formdata=None, name=current_user.name, locale=current_user.locale)


@accounts.get("/me")
@access.requires()
def me() -> ResponseReturnValue:
    """What the network knows of this person."""
    return _page(_profile(), NewEmailForm(formdata=None))


@accounts.post("/me")
@access.requires()
def me_saved() -> ResponseReturnValue:
    """Change name and language."""
    form = ProfileForm()
    if not form.validate_on_submit():
        return _page(form, NewEmailForm(formdata=None))
    try:
        services.rename(account_id=current_user.account_id, name=form.name.data)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form, NewEmailForm(formdata=None))
    services.set_locale(account_id=current_user.account_id, locale=form.locale.data)
    answer = redirect("/me", 303)
    # An older choice on this host would hide the one just made.
    answer.delete_cookie(locales.COOKIE, path="/")
    return answer


@accounts.post("/me/email")
@access.requires()
def email_asked() -> ResponseReturnValue:
    """Send a link to the new address."""
    form = NewEmailForm()
    if not form.validate_on_submit():
        return _page(_profile(), form)
    try:
        services.limit(kind="code account", subject=f"password {current_user.account_id}", now=clock.wall())
        services.request_email_change(
            account_id=current_user.account_id,
            email=form.email.data,
            password=form.password.data,
            locale=locale(),
            network=network(),
            now=clock.wall(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(_profile(), form)
    session["mailed_to"] = form.email.data
    return done(
        _("We sent a link to %(address)s. Your address changes when you open it.", address=form.email.data), "/me"
    )
