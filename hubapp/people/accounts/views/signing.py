"""Signing up, in and out on the central domain."""

from __future__ import annotations

from flask import flash, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.accounts import entering, services
from hubapp.people.accounts.errors import NotConfirmed
from hubapp.people.accounts.forms import EmailForm, EmptyForm, SignInForm, SignUpForm
from hubapp.people.accounts.signed_in import carry, drop, plugs
from hubapp.people.accounts.views.blueprint import (
    accounts,
    leave_for,
    locale,
    network,
    next_path,
    settings,
    show,
    site,
    user_agent,
)

SIGNED_UP = "signed_up"  # the link that this browser asked for: opening it here signs in


@accounts.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """The form, or straight on for those who are signed in."""
    if current_user.is_authenticated:
        return leave_for(next_path())
    return show("sign_in", SignInForm(), next=next_path(""))


@accounts.post("/sign-in")
def signed_in() -> ResponseReturnValue:
    """Check the password; the second factor comes next where there is one."""
    form = SignInForm()
    if not form.validate_on_submit():
        return show("sign_in", form, next=next_path(""))
    try:
        opened = services.sign_in(
            email=form.email.data,
            password=form.password.data,
            network=network(),
            user_agent=user_agent(),
            now=clock.wall(),
            needs_second_factor=plugs().needs_second_factor,
            admits_demo=not settings().is_production,
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return show("sign_in", form, next=next_path(""), is_unconfirmed=isinstance(refusal, NotConfirmed))
    carry(opened.token)
    if not opened.is_pending:
        return leave_for(next_path())
    session["next"] = next_path()
    return redirect("/sign-in/code" if opened.has_factor else "/me/security/second-factor", 303)


@accounts.get("/sign-up")
def sign_up() -> ResponseReturnValue:
    """The form."""
    if current_user.is_authenticated:
        return leave_for(next_path())
    return show("sign_up", SignUpForm(), next=next_path(""))


@accounts.post("/sign-up")
def signed_up() -> ResponseReturnValue:
    """Open the account; the next page says the same whether or not the address was taken."""
    form = SignUpForm()
    if not form.validate_on_submit():
        return show("sign_up", form, next=next_path(""))
    try:
        link_id = services.sign_up(
            email=form.email.data,
            name=form.name.data,
            password=form.password.data,
            locale=locale(),
            next_url=next_path(),
            hub_id=entering.hub_of(site(), next_path()),
            network=network(),
            now=clock.wall(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return show("sign_up", form, next=next_path(""))
    session[SIGNED_UP] = str(link_id)
    session["mailed_to"] = form.email.data
    session["next"] = next_path()
    return redirect("/sign-up/sent", 303)


@accounts.get("/sign-up/sent")
def sign_up_sent() -> ResponseReturnValue:
    """Look into your mail; ask again if nothing comes."""
    form = EmailForm(email=session.get("mailed_to", ""))
    return show("sent", form, is_reset=False)


@accounts.post("/sign-up/again")
def sign_up_again() -> ResponseReturnValue:
    """Send the confirmation once more."""
    form = EmailForm()
    if not form.validate_on_submit():
        return show("sent", form, is_reset=False)
    goal = session.get("next") or next_path()
    try:
        link_id = services.resend_confirmation(
            email=form.email.data,
            locale=locale(),
            next_url=goal,
            hub_id=entering.hub_of(site(), goal),
            network=network(),
            now=clock.wall(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return show("sent", form, is_reset=False)
    if session.get("mailed_to") == form.email.data and SIGNED_UP in session:
        session[SIGNED_UP] = str(link_id)
    session["mailed_to"] = form.email.data
    flash(_("Sent again. Only the newest link works."), "good")
    return redirect("/sign-up/sent", 303)


@accounts.get("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Ask first: a mere link must not sign anybody out."""
    return show("sign_out", EmptyForm())


@accounts.post("/sign-out")
def signed_out() -> ResponseReturnValue:
    """End this device's session, here and in every hub."""
    if current_user.is_authenticated:
        services.end_session(root_id=current_user.root_id, account_id=current_user.account_id, now=clock.wall())
    drop()
    flash(_("You are signed out, here and in every hub."), "good")
    return redirect("/", 303)


@accounts.get("/signed-out")
def signed_out_elsewhere() -> ResponseReturnValue:
    """A hub ended the session; drop the dead cookie and go back there. A live session is not touched."""
    if not current_user.is_authenticated:
        drop()
    place = entering.place_of(site(), request.args.get("to", ""))
    return redirect(place.base + place.path if place else "/", 303)


@accounts.get("/enter")
def enter() -> ResponseReturnValue:
    """On to a hub, where a signed-in visitor is let in without being asked again."""
    place = entering.place_of(site(), request.args.get("to", ""))
    return leave_for("/enter?" + request.query_string.decode("ascii", "replace")) if place else redirect("/", 303)
