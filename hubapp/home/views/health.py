"""For whoever watches the server: is the process alive, is it ready, what does it count."""

from __future__ import annotations

import hmac
import ipaddress
from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, Counter, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from hubapp.kernel import migrate
from hubapp.kernel.config import Settings
from hubapp.kernel.db import db
from hubapp.web import areas

hub_blueprint: Blueprint = areas.hub_blueprint("health_hub", __name__)
central_blueprint: Blueprint = areas.central_blueprint("health", __name__)
ANSWERS = Counter("hubapp_answers", "Answers by part of the site and status", ("part", "status"))
PLAIN: dict[str, str] = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}


@central_blueprint.after_app_request
def count(response: Response) -> Response:
    """Every answer, by blueprint: paths would make a series for each listing."""
    ANSWERS.labels(part=request.blueprint or "none", status=str(response.status_code)).inc()
    return response


def alive() -> ResponseReturnValue:
    """The process answers; nothing else is asked."""
    return Response("ok\n", headers=PLAIN)


def ready() -> ResponseReturnValue:
    """The database answers and has the newest tables; 503 otherwise."""
    try:
        version = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        return Response("the database does not answer\n", 503, headers=PLAIN)
    if version != migrate.newest():
        return Response("the database is not migrated\n", 503, headers=PLAIN)
    return Response("ready\n", headers=PLAIN)


def metrics() -> ResponseReturnValue:
    """Counters for Prometheus: from this machine, or with the token."""
    settings: Settings = current_app.extensions["hubapp.settings"]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    has_token = settings.metrics_token is not None and hmac.compare_digest(given, settings.metrics_token)
    if not has_token and not _is_loopback():
        abort(404)
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _is_loopback() -> bool:
    # Behind a proxy every request comes from the loopback: what was forwarded is not from this machine.
    if any(header in request.headers for header in ("X-Forwarded-For", "Forwarded")):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _add(blueprint: Any) -> None:
    for path, view in (("/healthz", alive), ("/readyz", ready), ("/metrics", metrics)):
        blueprint.add_url_rule(path, view.__name__, view)


_add(hub_blueprint)
_add(central_blueprint)
