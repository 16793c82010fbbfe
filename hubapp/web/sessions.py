"""Cookies keyed by site: each hub has its own, under its own name and signature, and no other site accepts it."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, has_request_context, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from hubapp.tenancy.hosts import Found
from hubapp.web.areas import FOUND

LIFE = timedelta(days=60)


def site_key(hub_id: int | None) -> str:
    """What a site's cookie is called after."""
    return "central" if hub_id is None else f"hub{hub_id}"


class SiteSessions(SecureCookieSessionInterface):
    """Signed cookies whose name and key depend on the hub that is asked; `__Host-` where there is HTTPS."""

    session_class = SecureCookieSession

    def __init__(self, *, is_https: bool) -> None:
        self.is_https = is_https

    def get_cookie_name(self, app: Flask) -> str:  # noqa: ARG002  Flask's signature
        """Name of the current site's cookie."""
        return self.name_of(_current_hub())

    def name_of(self, hub_id: int | None) -> str:
        """Name of one site's cookie. `__Host-` makes browsers refuse it with a Domain or without Secure."""
        return f"{'__Host-' if self.is_https else ''}{site_key(hub_id)}"

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The current site's signer."""
        return self.serializer_of(app, _current_hub())

    def serializer_of(self, app: Flask, hub_id: int | None) -> URLSafeTimedSerializer:
        """One site's signer: a cookie renamed to another site's does not verify there."""
        return URLSafeTimedSerializer(
            str(app.secret_key),
            salt=f"session:{site_key(hub_id)}",
            serializer=self.serializer,
            signer_kwargs={"key_derivation": self.key_derivation, "digest_method": self.digest_method},
        )

    def get_cookie_domain(self, app: Flask) -> str | None:  # noqa: ARG002
        """Host-only."""
        return None

    def get_cookie_path(self, app: Flask) -> str:  # noqa: ARG002  Flask's signature
        """The whole host, as `__Host-` demands; the path form is told apart by name."""
        return "/"

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002
        """Only over HTTPS where there is HTTPS."""
        return self.is_https

    def get_cookie_samesite(self, app: Flask) -> str:  # noqa: ARG002  Flask's signature
        """Lax: coming back from signing in or from the card page is a navigation from elsewhere."""
        return "Lax"


def _current_hub() -> int | None:
    found: Found | None = request.environ.get(FOUND) if has_request_context() else None
    return found.hub_id if found is not None else None


def install(app: Flask, *, is_https: bool) -> None:
    """Use site-keyed cookies."""
    app.session_interface = SiteSessions(is_https=is_https)
    app.config.update(PERMANENT_SESSION_LIFETIME=LIFE, SESSION_REFRESH_EACH_REQUEST=False, SESSION_COOKIE_HTTPONLY=True)
