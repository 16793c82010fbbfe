"""The OpenID provider on the central domain: codes for hubs, exchanged once for a signed statement of who it is."""

from __future__ import annotations

import hmac
import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, InvalidRequestError, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, Response, current_app, request
from joserfc.jwk import OKPKey
from sqlalchemy.exc import NoResultFound

from hubapp.kernel import clock
from hubapp.kernel.config import Settings
from hubapp.people.accounts import entering, policies, queries, vault
from hubapp.people.accounts.sso import keys
from hubapp.tenancy import queries as tenancy
from hubapp.web import areas, request_scope

CODE_LIFE = timedelta(seconds=60)
TOKEN_SECONDS = 300
SCOPES = frozenset({"openid", "profile", "email"})
CALLBACK = "/auth/callback"
EXTENSION = "hubapp.openid"
_CLIENT = re.compile(r"^hub-([1-9]\d{0,17})$")


def _settings() -> Settings:
    settings: Settings = current_app.extensions["hubapp.settings"]
    return settings


class HubClient(ClientMixin):
    """A hub as a client: consent is implied, as it is the network's own; people are sent back to its addresses only."""

    def __init__(self, hub_id: int) -> None:
        self.hub_id = hub_id

    def get_client_id(self) -> str:
        """Its name."""
        return keys.client_id(self.hub_id)

    def get_default_redirect_uri(self) -> str:
        """None here: a hub has several addresses and must say which."""
        return ""

    def get_allowed_scope(self, scope: Any) -> str:
        """What it may learn of what it asks."""
        return " ".join(sorted(SCOPES & set((scope or "").split())))

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """One of the hub's own: subdomain, verified custom domain, or path form."""
        place = entering.place_of(_site(), redirect_uri)
        return place is not None and place.hub_id == self.hub_id and place.path == CALLBACK

    def check_client_secret(self, client_secret: str) -> bool:
        """In constant time."""
        return hmac.compare_digest(
            client_secret.encode(), keys.client_secret(_settings().signing_key, self.hub_id).encode()
        )

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """By secret in the header, at the token endpoint."""
        return endpoint == "token" and method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        """Codes only."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """No refresh tokens: the hub's own session takes over."""
        return grant_type == "authorization_code"


@dataclass(frozen=True, slots=True)
class Code(AuthorizationCodeMixin):
    """A code being exchanged."""

    session_id: uuid.UUID
    account_id: uuid.UUID
    redirect_uri: str
    code_challenge: str
    nonce: str
    scope: str
    signed_in_at: datetime
    code_challenge_method: str = "S256"

    def get_redirect_uri(self) -> str:
        """Where the code was sent."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """What was asked."""
        return self.scope

    def get_nonce(self) -> str:
        """What the client wants to see again."""
        return self.nonce

    def get_auth_time(self) -> int:
        """When the person signed in."""
        return int(self.signed_in_at.timestamp())

    def get_acr(self) -> None:
        """Not used."""
        return

    def get_amr(self) -> None:
        """Not used."""
        return


class CodeGrant(grants.AuthorizationCodeGrant):
    """Codes kept as hashes, good for a minute and once, even if the exchange fails."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

    def save_authorization_code(self, code: str, request: Any) -> None:
        """Remember what the code stands for."""
        now = clock.wall()
        vault.value(
            "code_issue",
            p_hash=policies.digest(code),
            p_session=request.user.root_id,
            p_hub=request.client.hub_id,
            p_redirect=request.payload.redirect_uri,
            p_challenge=request.payload.data["code_challenge"],
            p_nonce=request.payload.data["nonce"],
            p_scope=request.scope,
            p_now=now,
            p_expires=now + CODE_LIFE,
        )

    def query_authorization_code(self, code: str, client: Any) -> Code | None:
        """Use the code up; None if there is none, it is another hub's, or its session is over."""
        request_scope.keep()
        row = vault.row("code_use", p_hash=policies.digest(code), p_hub=client.hub_id, p_now=clock.wall())
        return Code(*tuple(row)) if row else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Nothing to do: it was used up when it was looked up."""

    def authenticate_user(self, authorization_code: Code) -> queries.AccountView | None:
        """Whose code it is."""
        return queries.account(authorization_code.account_id)


class StrictChallenge(CodeChallenge):
    """PKCE for every client, S256 only."""

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Refuse an authorization request without an S256 challenge."""
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("A 'code_challenge' with method S256 is required.")
        super().validate_code_challenge(grant, redirect_uri)


class IdToken(OpenIDCode):
    """The signed statement; `sid` is the central session that the hub's session will hang on."""

    def exists_nonce(self, nonce: str, request: Any) -> bool:  # noqa: ARG002
        """Always new: it comes back inside a code that works once, and the client compares it with its own."""
        return False

    def resolve_client_private_key(self, client: Any) -> OKPKey:  # noqa: ARG002
        """What signs."""
        return keys.signing_key(_settings().signing_key)

    def get_client_algorithm(self, client: Any) -> str:  # noqa: ARG002
        """How it is signed."""
        return keys.ALGORITHM

    def get_encode_header(self, client: Any) -> dict[str, Any]:
        """Names the key, so that it can change one day."""
        return {"alg": keys.ALGORITHM, "kid": self.resolve_client_private_key(client).kid}

    def get_client_claims(self, client: Any) -> dict[str, Any]:
        """Who says it to whom, and until when it counts."""
        now = int(clock.wall().timestamp())
        return {"iss": _settings().public_url, "aud": client.get_client_id(), "iat": now, "exp": now + TOKEN_SECONDS}

    def get_authorization_code_claims(self, authorization_code: Any) -> dict[str, Any]:
        """What the code knew."""
        return {**super().get_authorization_code_claims(authorization_code), "sid": str(authorization_code.session_id)}

    def generate_user_info(self, user: queries.AccountView, scope: str) -> UserInfo:
        """Who it is."""
        info = UserInfo(sub=str(user.id))
        if "profile" in scope:
            info |= {"name": user.name, "locale": user.locale}
        if "email" in scope:
            info |= {"email": user.email, "email_verified": user.is_confirmed}
        return info


def client_of(client_id: str) -> HubClient | None:
    """The client behind a name, if there is such a hub."""
    match = _CLIENT.match(client_id or "")
    if match is None:
        return None
    try:
        hub = tenancy.hub_view(int(match[1]))
    except NoResultFound:
        return None
    return HubClient(hub.id) if hub.status != "closed" else None


def install(app: Flask) -> None:
    """Set the provider up."""
    server = AuthorizationServer(app, query_client=client_of, save_token=lambda _token, _request: None)
    server.register_grant(CodeGrant, [StrictChallenge(required=True), IdToken(require_nonce=True)])
    app.extensions[EXTENSION] = server


def check_authorization() -> str | None:
    """Check an authorization request before anybody signs in for it; says in words what is wrong, or None."""
    try:
        _server().get_consent_grant(end_user=None)
    except OAuth2Error as error:
        return error.description or error.error
    except ValueError:  # Authlib will not repeat strange characters in its own message
        return "invalid_request"
    return None


def authorize(person: Any) -> Response:
    """Send the signed-in person back to the hub with a code (the request was checked)."""
    server = _server()
    grant = server.get_consent_grant(end_user=person)
    answer: Response = server.create_authorization_response(grant=grant, grant_user=person)
    return answer


def exchange() -> Response:
    """A code against a signed statement, asked by the hub's server itself."""
    try:
        answer: Response = _server().create_token_response()
    except ValueError:  # Authlib will not repeat strange characters in its own message
        return Response('{"error": "invalid_request"}', 400, content_type="application/json")
    return answer


def discovery() -> dict[str, Any]:
    """What a client needs to know about this provider."""
    issuer = _settings().public_url
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "jwks_uri": f"{issuer}/oauth/jwks",
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "scopes_supported": sorted(SCOPES),
        "id_token_signing_alg_values_supported": [keys.ALGORITHM],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": ["sub", "sid", "name", "locale", "email", "email_verified"],
    }


def return_base() -> str | None:
    """The base address of the hub that the current authorization request came from."""
    place = entering.place_of(_site(), request.args.get("redirect_uri", ""))
    return place.base if place else None


def _site() -> areas.HubFlask:
    return current_app  # type: ignore[return-value]


def _server() -> Any:
    # Any: the published types of Authlib leave out most of what its server answers.
    return current_app.extensions[EXTENSION]
