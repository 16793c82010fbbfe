"""Plugs payments into the application: the provider, the sandbox's pages and its clock."""

from __future__ import annotations

from flask_wtf import CSRFProtect

from hubapp.kernel.server import Server
from hubapp.money.payments import delivery, dispatch, sandbox_clock, views, wiring
from hubapp.money.payments.sandbox import schema
from hubapp.money.payments.sandbox import views as sandbox_views
from hubapp.web.areas import HubFlask


def install(app: HubFlask, csrf: CSRFProtect) -> None:
    """Wire payments into `app`. Webhooks carry a signature instead of a CSRF token."""
    settings = app.extensions["hubapp.settings"]
    server: Server = app.extensions["hubapp.server"]
    app.extensions[wiring.EXTENSION] = wiring.Wiring(settings, server, dispatch.dispatch_quietly)
    csrf.exempt(views.webhooks)
    if settings.is_sandbox:
        app.extensions["hubapp.sandbox"] = app.extensions[wiring.EXTENSION].sandbox
        app.register_blueprint(sandbox_views.pages)
    # Tests move the clock by hand; those that want to follow the sandbox say so.
    if settings.is_sandbox and settings.env != "test":
        sandbox_clock.install(app)


def install_sandbox(server: Server) -> None:
    """Create or upgrade the sandbox's database and tell it where we listen (`hubapp db upgrade` does it)."""
    if not server.settings.is_sandbox:
        return
    schema.install(server.sandbox)
    found = wiring.Wiring(server.settings, server, dispatch.dispatch_quietly)
    delivery.configure_endpoints(found)
    if found.sandbox is not None:
        found.sandbox.close()
