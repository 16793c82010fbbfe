"""The OpenID client in each hub: sends people to the central domain and lets in whom it vouches for."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App
from flask import Response, current_app, redirect, request, session
from flask_babel import gettext as _
from joserfc.errors import JoseError
from requests.adapters import BaseAdapter, HTTPAdapter

from hubapp.kernel.config import Settings
from hubapp.kernel.db import db
from hubapp.kernel.errors import Refusal, Unavailable
from hubapp.people.accounts.signed_in import site_url
from hubapp.people.accounts.sso import keys, provider
from hubapp.web.redirects import safe_path

TRANSPORT = "hubapp.openid_transport"  # tests put a requests adapter here that asks the application itself
TIMEOUT_SECONDS = 15
MOST_STATES = 4  # sign-ins begun in several tabs; more would overflow the cookie


class SignInFailed(Refusal):
    """The way back from signing in does not fit the way there."""

    status = 400


@dataclass(frozen=True, slots=True)
class Arrival:
    """Whom the central domain vouches for, on which of its sessions, and where they were going."""

    account_id: uuid.UUID
    root_id: uuid.UUID
    next_path: str


def depart(hub_id: int, *, next_path: str, starts_with_sign_up: bool) -> Response:
    """Off to the central domain, with state, nonce and challenge in this hub's cookie."""
    client = _client(hub_id)
    _drop_old_states()
    extra = {"prompt": "create"} if starts_with_sign_up else {}
    # For those who open an account first, which may take longer than this state lives.
    back = next_path.removeprefix(request.script_root)
    made = client.create_authorization_url(site_url(request.script_root + provider.CALLBACK), return_to=back, **extra)
    client.save_authorize_data(redirect_uri=site_url(request.script_root + provider.CALLBACK), next=next_path, **made)
    answer = redirect(made["url"], 303)
    answer.headers["Cache-Control"] = "no-store"
    return answer  # type: ignore[return-value]


def arrive(hub_id: int) -> Arrival:
    """Check what came back: state, code, verifier, signature, audience, nonce.

    Refuses with SignInFailed or Unavailable.
    """
    client = _client(hub_id)
    state = request.args.get("state", "")
    data = client.framework.get_state_data(session, state)
    if data is None:
        raise SignInFailed(_("This sign-in was not begun in this browser, or it took too long. Please sign in again."))
    # Waiting for our own answer must not hold a connection: the threads that give it need theirs.
    db.session.rollback()
    try:
        token = client.authorize_access_token(
            claims_options={
                "iss": {"essential": True, "values": [_settings().public_url]},
                "aud": {"essential": True, "value": keys.client_id(hub_id)},
                "sid": {"essential": True},
                "nonce": {"essential": True},
            },
            leeway=30,
        )
        info = token["userinfo"]
        return Arrival(
            uuid.UUID(info["sub"]), uuid.UUID(info["sid"]), safe_path(data.get("next"), request.script_root + "/")
        )
    except requests.RequestException as error:
        raise Unavailable(_("The sign-in service does not answer. Please try again in a moment.")) from error
    except (AuthlibBaseError, JoseError, KeyError, ValueError) as error:
        raise SignInFailed(_("The sign-in could not be checked. Please sign in again.")) from error


def _client(hub_id: int) -> FlaskOAuth2App:
    settings = _settings()
    return FlaskOAuth2App(
        FlaskIntegration("hub"),
        name="hub",
        client_id=keys.client_id(hub_id),
        client_secret=keys.client_secret(settings.signing_key, hub_id),
        authorize_url=f"{settings.public_url}/oauth/authorize",
        access_token_url=f"{settings.loopback_url}/oauth/token",
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT_SECONDS,
        },
        compliance_fix=_reach_ourselves,
        # Provider and client are one installation: the key is at hand, and asking for it would only add a way to fail.
        issuer=settings.public_url,
        jwks=keys.public_keys(settings.signing_key),
        id_token_signing_alg_values_supported=[keys.ALGORITHM],
    )


def _reach_ourselves(http: Any) -> None:
    settings = _settings()
    http.trust_env = False  # a proxy of the environment is not on the way to ourselves
    http.max_redirects = 0
    http.headers["Host"] = settings.public_domain
    transport: BaseAdapter = current_app.extensions.get(TRANSPORT) or HTTPAdapter()
    http.mount(settings.loopback_url, transport)


def _drop_old_states() -> None:
    states = sorted((key for key in session if key.startswith("_state_hub_")), key=lambda key: session[key]["exp"])
    for key in states[: max(0, len(states) - MOST_STATES + 1)]:
        session.pop(key)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["hubapp.settings"]
    return settings
