"""The composition root: which slices exist, and how they are plugged together."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from flask import Blueprint, Flask
from flask_wtf import CSRFProtect

from hubapp.community.conversations import packed as packed_conversations
from hubapp.home import badges, presentation
from hubapp.kernel import db as database
from hubapp.kernel import server as database_server
from hubapp.kernel.config import Settings
from hubapp.kernel.paths import LOCALE, TEMPLATES
from hubapp.money.payments import plug as payments
from hubapp.people.accounts import plug as accounts
from hubapp.people.membership import network as members_network
from hubapp.people.membership import queries as membership
from hubapp.people.membership.views import guards
from hubapp.people.notifications import outbox, rights
from hubapp.people.notifications.views import devices, unsubscribing
from hubapp.people.profiles.views import faces
from hubapp.tenancy import packed
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.hosts import Addresses, Resolver
from hubapp.web import (
    areas,
    compress,
    errors,
    fragments,
    interface,
    locales,
    preferences,
    render,
    request_scope,
    security,
    sessions,
    static,
    translations,
)
from hubapp.web.htmx import htmx

# Bottom to top. Each may have models, notices (kinds of what people are told), handlers (reactions and jobs) and views
# (a tuple `blueprints`).
SLICES = (
    "hubapp.tenancy",
    "hubapp.money.ledger",
    "hubapp.money.payments",
    "hubapp.money.reconciliation",
    "hubapp.people.accounts",
    "hubapp.people.papers",
    "hubapp.people.notifications",
    "hubapp.people.membership",
    "hubapp.people.profiles",
    "hubapp.people.handovers",
    "hubapp.earnings.shares",
    "hubapp.earnings.retainers",
    "hubapp.earnings.payouts",
    "hubapp.earnings.compensation",
    "hubapp.market.catalogue",
    "hubapp.market.orders",
    "hubapp.market.subscriptions",
    "hubapp.market.history",
    "hubapp.market.books",
    "hubapp.community.gatherings",
    "hubapp.community.conversations",
    "hubapp.community.broadcasts",
    "hubapp.community.moderation",
    "hubapp.community.messages",
    "hubapp.community.mentoring",
    "hubapp.community.departures",
    "hubapp.home",
    "hubapp.console",
)

csrf = CSRFProtect()


def parts(name: str) -> list[ModuleType]:
    """The module `name` of every slice that has one, bottom to top."""
    found = []
    for slice_name in SLICES:
        try:
            module = import_module(f"{slice_name}.{name}")
        except ModuleNotFoundError as error:
            # Only a slice without that module is fine; a broken import inside of it is not.
            if error.name not in {slice_name, f"{slice_name}.{name}"}:
                raise
            continue
        if module.__file__ is not None:  # an empty folder imports, too
            found.append(module)
    return found


def create_context(settings: Settings, server: database_server.Server) -> Flask:
    """The database alone, for commands that serve no pages."""
    app = Flask("hubapp", static_folder=None)
    app.extensions["hubapp.settings"] = settings
    app.extensions["hubapp.server"] = server
    database.configure(app, app_url=server.url("app"), central_url=server.url("central"))
    packed.install(app, packed.Conversations(read=packed_conversations.read, make=packed_conversations.make))
    return app


def create_app(settings: Settings | None = None, server: database_server.Server | None = None) -> areas.HubFlask:
    """Build the application. The database must be reachable and migrated; nothing is created here."""
    settings = settings or Settings()
    server = server or database_server.connect(settings)
    app = areas.HubFlask("hubapp", static_folder=None, template_folder=str(TEMPLATES))
    app.extensions["hubapp.settings"] = settings
    app.extensions["hubapp.server"] = server
    app.config.update(
        SECRET_KEY=settings.signing_key,
        TESTING=settings.env == "test",
        MAX_CONTENT_LENGTH=16 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
    )
    compress.install(app)
    fragments.install(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    database.configure(app, app_url=server.url("app"), central_url=server.url("central"))
    packed.install(app, packed.Conversations(read=packed_conversations.read, make=packed_conversations.make))
    _install_tenancy(app, settings)
    translations.Catalogues(
        app,
        default_translation_directories=str(LOCALE),
        locale_selector=locales.select_locale,
        timezone_selector=locales.select_timezone,
    )
    translations.install(app.jinja_env)
    htmx.init_app(app)
    sessions.install(app, is_https=settings.scheme == "https")
    csrf.init_app(app)
    plugs = accounts.Plugs(
        may=guards.may,
        is_member=guards.is_member,
        is_connector=guards.has_a_role,
        face=faces.mine,
        basket_count=badges.basket_count,
        notices_count=badges.notices_count,
        messages_count=badges.messages_count,
        needs_second_factor=membership.is_connector_anywhere,
    )
    accounts.install(app, csrf, plugs)
    outbox.install(app, settings)
    rights.install(app, members_network.may)
    csrf.exempt(unsubscribing.unsubscribe)  # mail programs do it; the signed token is the permission
    csrf.exempt(devices.device_again)  # a browser's worker does it, which has no page; it looks at who asks itself
    for module in (errors, static, render, preferences):
        module.install(app)
    presentation.install(app)
    interface.install(app.jinja_env, static_url=static.static_url)
    payments.install(app, csrf)
    request_scope.sees_all_hubs("console", reason="the central team looks after all hubs")
    request_scope.sees_all_hubs("plan_pay", reason="what the pay plan pays hangs on sales in all hubs")
    parts("models")
    parts("notices")
    parts("handlers")
    for module in parts("views"):
        for blueprint in module.blueprints:
            _register(app, blueprint)
    return app


def _register(app: areas.HubFlask, blueprint: Blueprint) -> None:
    app.register_blueprint(blueprint)


def _install_tenancy(app: areas.HubFlask, settings: Settings) -> None:
    app.addresses = Addresses(settings.scheme, settings.public_domain)

    def by_slug(slug: str) -> int | None:
        with app.app_context():
            return tenancy.hub_id_of(slug)

    def by_domain(host: str) -> tuple[int, str] | None:
        with app.app_context():
            return tenancy.hub_of_domain(host)

    app.resolver = Resolver(domain=settings.public_domain, by_slug=by_slug, by_domain=by_domain)
    hosts = f"{settings.public_url} {settings.scheme}://*.{settings.public_domain} https://checkout.stripe.com https://connect.stripe.com"
    security.install(app, form_targets=hosts, is_https=settings.scheme == "https")
    request_scope.install(app, load_hub=tenancy.hub_view)
    guards.install(app)
