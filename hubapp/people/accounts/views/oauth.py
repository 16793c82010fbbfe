"""Single sign-on as pages: the provider's endpoints on the central domain, signing in and out in a hub."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.kernel.config import Settings
from hubapp.people.accounts import services
from hubapp.people.accounts.forms import EmptyForm
from hubapp.people.accounts.signed_in import LOGIN, LOGOUT, carry, drop, site_url
from hubapp.people.accounts.sso import client, keys, provider
from hubapp.people.accounts.views.blueprint import site, user_agent
from hubapp.web import areas
from hubapp.web.redirects import safe_path

openid: Blueprint = areas.central_blueprint("openid", __name__)
sso: Blueprint = areas.hub_blueprint("sso", __name__)


@openid.get("/oauth/authorize")
def authorize() -> ResponseReturnValue:
    """A hub asks who this is. Signed in: straight back with a code. Not: sign in or up, then begin anew there."""
    problem = provider.check_authorization()
    if problem is not None:
        return render_template("people/accounts/sso_failed.html", message=problem, again=""), 400
    if current_user.is_authenticated:
        return provider.authorize(current_user)
    place = f"{provider.return_base()}{safe_path(request.args.get('return_to'))}"
    page = "/sign-up" if request.args.get("prompt") == "create" else "/sign-in"
    return redirect(f"{page}?next={quote('/enter?to=' + quote(place, safe=''), safe='')}", 303)


@openid.post("/oauth/token")
def token() -> ResponseReturnValue:
    """The hub's server exchanges the code."""
    return provider.exchange()


@openid.get("/oauth/jwks")
def jwks() -> ResponseReturnValue:
    """Public keys."""
    settings: Settings = current_app.extensions["hubapp.settings"]
    return jsonify(keys.public_keys(settings.signing_key))


@openid.get("/.well-known/openid-configuration")
def configuration() -> ResponseReturnValue:
    """Discovery."""
    return jsonify(provider.discovery())


@sso.get(LOGIN)
def login() -> ResponseReturnValue:
    """To the central domain and back to `next`."""
    goal = safe_path(request.args.get("next"), request.script_root + "/")
    if current_user.is_authenticated:
        return redirect(goal, 303)
    if areas.found().prefix and request.host != site().addresses.domain:
        # Reached by another name of this machine: only the public one gets codes and keeps its cookies.
        return redirect(
            site().addresses.central(f"{request.script_root}{LOGIN}?{request.query_string.decode('ascii', 'replace')}"),
            303,
        )
    return client.depart(
        areas.current_hub().id, next_path=goal, starts_with_sign_up=request.args.get("start") == "sign-up"
    )


@sso.get(provider.CALLBACK)
def callback() -> ResponseReturnValue:
    """Back from the central domain: open this hub's session under the central one."""
    hub = areas.current_hub()
    try:
        arrival = client.arrive(hub.id)
    except client.SignInFailed as refusal:
        again = f"{request.script_root}{LOGIN}"
        return render_template("people/accounts/sso_failed.html", message=str(refusal), again=again), 400
    _session_id, token = services.open_hub_session(
        account_id=arrival.account_id,
        parent_id=arrival.root_id,
        hub_id=hub.id,
        user_agent=user_agent(),
        now=clock.wall(),
    )
    carry(token)
    return redirect(arrival.next_path, 303)


@sso.get(LOGOUT)
def logout() -> ResponseReturnValue:
    """Ask first: a mere link must not sign anybody out."""
    return render_template("people/accounts/sign_out.html", form=EmptyForm())


@sso.post(LOGOUT)
def logged_out() -> ResponseReturnValue:
    """End the central session and with it every hub's; then let the central domain drop its cookie, and come back."""
    if current_user.is_authenticated:
        services.end_session(root_id=current_user.root_id, account_id=current_user.account_id, now=clock.wall())
    drop()
    flash(_("You are signed out, here and in every hub."), "good")
    home = site_url(request.script_root + "/")
    return redirect(site().addresses.central(f"/signed-out?to={quote(home, safe='')}"), 303)
