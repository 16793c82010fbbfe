"""How accounts are plugged into the application: who is signed in, single sign-on, and its token endpoint."""

from __future__ import annotations

from flask_wtf import CSRFProtect

from hubapp.people.accounts import signed_in, views
from hubapp.people.accounts.signed_in import Plugs
from hubapp.people.accounts.sso import provider
from hubapp.web.areas import HubFlask

__all__ = ["Plugs", "install"]


def install(app: HubFlask, csrf: CSRFProtect, plugs: Plugs) -> None:
    """Wire accounts into `app`."""
    signed_in.install(app, plugs)
    provider.install(app)
    # The token endpoint is called by a server that proves itself with a secret, and knows no cookies.
    csrf.exempt(views.oauth.token)
