"""Two sites in one application: blueprints of a hub and blueprints of the central domain share paths, not pages."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Request, g, request
from flask.templating import Environment
from sqlalchemy.exc import OperationalError
from werkzeug.routing import MapAdapter
from werkzeug.wrappers import Response

from hubapp.tenancy.hosts import Addresses, Found, Resolver

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FOUND = "hubapp.found"
HUB, CENTRAL = "hub", "central"


def hub_blueprint(name: str, import_name: str, **options: Any) -> Blueprint:
    """A blueprint whose pages exist in every hub and not on the central domain."""
    return Blueprint(name, import_name, subdomain=HUB, **options)


def central_blueprint(name: str, import_name: str, **options: Any) -> Blueprint:
    """A blueprint whose pages exist on the central domain only."""
    return Blueprint(name, import_name, subdomain=CENTRAL, **options)


class Templates(Environment):
    """Flask's template environment, whose templates share one dictionary of globals."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Without a chain of dictionaries, whose keys are compared one by one at each import of a component."""
        return super().make_globals(d) if d else self.globals


class AreaAdapter(MapAdapter):
    """Matches within an area, which is no part of a host's name: what is sent elsewhere stays on its host."""

    def get_host(self, domain_part: str | None) -> str:  # noqa: ARG002  the area, which no browser can find
        """The host that was asked."""
        return self.server_name


class HubFlask(Flask):
    """Flask that matches URLs by area (hub or central) instead of by real subdomain."""

    jinja_environment = Templates

    resolver: Resolver
    addresses: Addresses

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Match and build within the request's area."""
        if request is None:
            return self.url_map.bind(self.addresses.domain, subdomain=CENTRAL, url_scheme=self.addresses.scheme)
        found: Found = request.environ[FOUND]
        area = HUB if found.area == "hub" else CENTRAL
        made = self.url_map.bind_to_environ(request.environ, server_name=None, subdomain=area)
        asked = (made.path_info, made.default_method, made.query_args)
        return AreaAdapter(made.map, made.server_name, made.script_name, area, made.url_scheme, *asked)

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Resolve the hub first; the path form moves its prefix to SCRIPT_NAME, so that url_for needs nothing."""
        try:
            found = self.resolver.resolve(environ.get("HTTP_HOST", ""), environ.get("PATH_INFO", "/"))
        except OperationalError:  # hubs are found in the database, and it does not answer
            away = Response("503: Please try again in a moment.\n", 503, {"Retry-After": "5"})
            return away(environ, start_response)
        environ[FOUND] = found
        if found.area == "bad":
            return Response("Bad Host header: this server does not answer for that name.\n", 400)(
                environ, start_response
            )
        if found.prefix:
            rest = environ["PATH_INFO"][len(found.prefix) :]
            if not rest:
                return Response("", 308, {"Location": found.prefix + "/"})(environ, start_response)
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + found.prefix
            environ["PATH_INFO"] = rest
        return super().wsgi_app(environ, start_response)


def found() -> Found:
    """What the Host header of the current request stands for."""
    answer: Found = request.environ[FOUND]
    return answer


def in_hub() -> bool:
    """Whether the current request is for a hub."""
    return found().area == "hub"


def current_hub() -> Any:
    """The current request's hub (loaded once by the request scope)."""
    return g.hub
