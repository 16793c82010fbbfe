"""The two blueprints, which share their views: a hub shows its own notices, the central site those of all hubs."""

from __future__ import annotations

from collections.abc import Callable

from flask import request
from flask.typing import ResponseReturnValue

from hubapp.tenancy.queries import HubView
from hubapp.web import areas

View = Callable[..., ResponseReturnValue]

HUB = areas.hub_blueprint("notices", __name__)
CENTRAL = areas.central_blueprint("notices_central", __name__)


def both(rule: str, *methods: str) -> Callable[[View], View]:
    """Serve a view under this address on both sites."""

    def register(view: View) -> View:
        for blueprint in (HUB, CENTRAL):
            blueprint.add_url_rule(rule, view_func=view, methods=list(methods) or ["GET"])
        return view

    return register


def here() -> HubView | None:
    """The hub that is asked; None on the central site."""
    hub: HubView | None = areas.current_hub() if areas.in_hub() else None
    return hub


def hub_id() -> int | None:
    """Its id."""
    hub = here()
    return None if hub is None else hub.id


def url(path: str) -> str:
    """A path of the current site."""
    return f"{request.script_root}{path}"
