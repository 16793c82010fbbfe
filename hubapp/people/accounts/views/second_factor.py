"""The second factor: typing a code, setting it up, replacing it, recovery codes."""

from __future__ import annotations

import io
from typing import Any

import segno
from flask import redirect, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.accounts import policies, queries, services
from hubapp.people.accounts.forms import CodeForm, PasswordForm
from hubapp.people.accounts.signed_in import carry, pending, requires_second_factor
from hubapp.people.accounts.views.blueprint import accounts, done, leave_for, next_path, settings, show
from hubapp.people.accounts.views.me import subnav
from hubapp.web import access


def _waiting() -> Any:
    """Who is setting up or typing a code: the signed-in person, or the one whose session waits for it."""
    return current_user if current_user.is_authenticated else pending()


def _has_passed() -> bool:
    return bool(current_user.is_authenticated and current_user.has_second_factor)


def _goal() -> str:
    return next_path(session.get("next") or "/me/security")


@accounts.get("/sign-in/code")
def code() -> ResponseReturnValue:
    """The form for a code."""
    return show("code", CodeForm()) if _waiting() else redirect("/sign-in", 303)


@accounts.post("/sign-in/code")
def code_given() -> ResponseReturnValue:
    """Let in whoever knows it."""
    person = _waiting()
    if person is None:
        return redirect("/sign-in", 303)
    form = CodeForm()
    if not form.validate_on_submit():
        return show("code", form)
    try:
        token = services.pass_second_factor(
            account_id=person.account_id, session_id=person.session_id, code=form.code.data, now=clock.wall()
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return show("code", form)
    goal = _goal()
    carry(token)
    return leave_for(goal)


def _setup(form: CodeForm, person: Any) -> ResponseReturnValue:
    secret = services.begin_second_factor(account_id=person.account_id)
    address = policies.totp_address(secret, email=person.email, issuer=settings().network_name)
    return show(
        "second_factor_setup", form, picture=picture(address), secret=" ".join(_fours(secret)), is_demo=person.is_demo
    )


@accounts.get("/me/security/second-factor")
def second_factor() -> ResponseReturnValue:
    """Set it up, type its code if there is one and this session has not, or look after it."""
    person = _waiting()
    if person is None:
        return access.to_sign_in()
    if next_path("") and not current_user.is_anonymous:
        session["next"] = next_path()
    factor = queries.factor(account_id=person.account_id)
    if factor.is_on and not _has_passed():
        return redirect("/sign-in/code", 303)
    if factor.is_on and factor.proposed is None:
        return _manage(PasswordForm(formdata=None))
    return _setup(CodeForm(formdata=None), person)


@accounts.post("/me/security/second-factor")
def second_factor_enabled() -> ResponseReturnValue:
    """Switch it on with a code of the app, and show the recovery codes this once."""
    person = _waiting()
    if person is None:
        return redirect("/sign-in", 303)
    form = CodeForm()
    if not form.validate_on_submit():
        return _setup(form, person)
    try:
        codes, token = services.enable_second_factor(
            account_id=person.account_id,
            session_id=person.session_id,
            code=form.code.data,
            has_passed=_has_passed(),
            now=clock.wall(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _setup(form, person)
    goal = _goal()
    carry(token)
    return show("recovery_codes", codes=codes, goal=goal)


def _manage(form: PasswordForm) -> ResponseReturnValue:
    return show(
        "second_factor",
        form,
        factor=queries.factor(account_id=current_user.account_id),
        is_required=requires_second_factor(current_user),
        subnav=subnav(),
        active="security",
    )


def _password_given(form: PasswordForm) -> bool:
    """Whether the password was typed again and is right; otherwise the form says what is wrong."""
    if not form.validate_on_submit():
        return False
    try:
        services.limit(kind="code account", subject=f"password {current_user.account_id}", now=clock.wall())
        services.check_password(account_id=current_user.account_id, password=form.password.data)
    except Refusal as refusal:
        form.refuse(refusal)
        return False
    return True


@accounts.post("/me/security/second-factor/<any(replace, codes, off):act>")
@access.requires()
def second_factor_changed(act: str) -> ResponseReturnValue:
    """A new phone, fresh recovery codes, or off; each asks for the password again."""
    if not _has_passed():
        return redirect("/me/security/second-factor", 303)
    form = PasswordForm()
    if not _password_given(form):
        return _manage(form)
    if act == "codes":
        return show(
            "recovery_codes", codes=services.new_recovery_codes(account_id=current_user.account_id), goal="/me/security"
        )
    if act == "replace":
        services.begin_second_factor(account_id=current_user.account_id, renew=True)
        return redirect("/me/security/second-factor", 303)
    if requires_second_factor(current_user):
        form.form_errors.append(_("Your role needs a second factor, so it cannot be switched off."))
        return _manage(form)
    services.remove_second_factor(account_id=current_user.account_id)
    return done(_("The second factor is off."), "/me/security")


def picture(text: str) -> Markup:
    """A QR code as inline SVG, without a single style attribute."""
    out = io.BytesIO()
    segno.make(text, error="m").save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=False,
        omitsize=True,
        nl=False,
        border=4,
        light="#ffffff",
        svgclass=None,
        lineclass=None,
    )
    return Markup(out.getvalue().decode())  # noqa: S704  segno escapes; the text never stands in the picture


def _fours(secret: str) -> list[str]:
    return [secret[start : start + 4] for start in range(0, len(secret), 4)]
