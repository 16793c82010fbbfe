"""What mailed links open, and asking for them."""

from __future__ import annotations

from urllib.parse import quote

from flask import flash, redirect, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.accounts import policies, queries, services
from hubapp.people.accounts.errors import EmailTaken
from hubapp.people.accounts.forms import EmailForm, EmptyForm, NewPasswordForm
from hubapp.people.accounts.signed_in import carry
from hubapp.people.accounts.views.blueprint import (
    accounts,
    done,
    leave_for,
    locale,
    network,
    next_path,
    show,
    user_agent,
)
from hubapp.people.accounts.views.signing import SIGNED_UP


def _expired(purpose: str) -> ResponseReturnValue:
    form = EmailForm(email=session.get("mailed_to", ""))
    return show("expired", form, is_reset=purpose == "reset")[0], 410


@accounts.get("/confirm/<token>")
def confirm(token: str) -> ResponseReturnValue:
    """Ask for one click: programs that look into mails open links, too, and must not use them up."""
    services.limit(kind="link network", subject=policies.network_of(network()), now=clock.wall())
    link = queries.link(token=token, now=clock.wall())
    if link is None or link.purpose == "reset":
        return _expired("confirm")
    return show("confirm", EmptyForm(), address=link.address, token=token)


@accounts.post("/confirm/<token>")
def confirmed(token: str) -> ResponseReturnValue:
    """Confirm the address; in the browser that signed up this also signs in."""
    try:
        result = services.confirm_email(token=token, now=clock.wall())
    except EmailTaken as refusal:
        flash(str(refusal), "bad")
        return redirect("/me", 303)
    except Refusal:
        return _expired("confirm")
    if session.get(SIGNED_UP) != str(result.link_id):
        flash(_("Thank you, your address is confirmed. You can sign in now."), "good")
        return leave_for_sign_in(result.next_url)
    _session_id, token = services.open_session(account_id=result.account_id, user_agent=user_agent(), now=clock.wall())
    carry(token)
    flash(_("Welcome! Your address is confirmed."), "good")
    return leave_for(result.next_url or next_path())


def leave_for_sign_in(goal: str) -> ResponseReturnValue:
    """To the sign-in form, and on to `goal` from there."""
    return redirect("/me" if not goal else f"/sign-in?next={quote(goal, safe='')}", 303)


@accounts.get("/forgot")
def forgot() -> ResponseReturnValue:
    """The form."""
    return show("forgot", EmailForm())


@accounts.post("/forgot")
def forgotten() -> ResponseReturnValue:
    """Send a link; the answer does not tell whether there is such an account."""
    form = EmailForm()
    if not form.validate_on_submit():
        return show("forgot", form)
    try:
        services.request_reset(email=form.email.data, locale=locale(), hub_id=None, network=network(), now=clock.wall())
    except Refusal as refusal:
        form.refuse(refusal)
        return show("forgot", form)
    session["mailed_to"] = form.email.data
    return redirect("/forgot/sent", 303)


@accounts.get("/forgot/sent")
def forgot_sent() -> ResponseReturnValue:
    """Look into your mail."""
    return show("sent", EmailForm(email=session.get("mailed_to", "")), is_reset=True)


@accounts.get("/reset/<token>")
def reset(token: str) -> ResponseReturnValue:
    """The form for a new password, if the link still works."""
    services.limit(kind="link network", subject=policies.network_of(network()), now=clock.wall())
    link = queries.link(token=token, now=clock.wall())
    if link is None or link.purpose != "reset":
        return _expired("reset")
    return show("reset", NewPasswordForm(), address=link.address, token=token)


@accounts.post("/reset/<token>")
def reset_done(token: str) -> ResponseReturnValue:
    """Set the new password and sign out everywhere."""
    link = queries.link(token=token, now=clock.wall())
    if link is None or link.purpose != "reset":
        return _expired("reset")
    form = NewPasswordForm()
    if not form.validate_on_submit():
        return show("reset", form, address=link.address, token=token)
    try:
        services.reset_password(token=token, password=form.password.data, now=clock.wall())
    except Refusal as refusal:
        form.refuse(refusal)
        return show("reset", form, address=link.address, token=token)
    return done(_("Your new password is set, and every device is signed out. Sign in with it now."), "/sign-in")
