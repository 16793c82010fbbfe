"""One request, one scope, one transaction: enters the hub, commits once, and only what succeeded."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, TypeVar, cast

import structlog
from flask import Flask, Response, abort, current_app, g, request
from werkzeug.exceptions import HTTPException

from hubapp.kernel import crash
from hubapp.kernel.db import COMMITTED, db, take_after_commit
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope, no_hub
from hubapp.web import areas

log = structlog.get_logger(__name__)

FIRST_ERROR = 400
LOADER = "hubapp.load_hub"
Read = TypeVar("Read")
# Blueprints whose pages see all hubs, with the reason that the log gets.
_platform_blueprints: dict[str, str] = {}


def sees_all_hubs(blueprint: str, *, reason: str) -> None:
    """Let a central blueprint's requests act in the platform scope. Named once, in the composition root."""
    _platform_blueprints[blueprint] = reason


def is_same_scope(blueprint: str | None, other: str | None) -> bool:
    """Whether the pages of two blueprints of one site see the same hubs, so that one may show the other."""
    return _platform_blueprints.get(blueprint or "") == _platform_blueprints.get(other or "")


def once(name: str, read: Callable[[], Read]) -> Read:
    """What `read` answers, asked once in a request, however often its page shows it."""
    known = g.setdefault("read", {})
    if name not in known:
        known[name] = read()
    return cast("Read", known[name])


def remember(name: str, answer: object) -> None:
    """What `once` is to answer, where it was learned along with other things."""
    g.setdefault("read", {})[name] = answer


def look_again() -> None:
    """Forget what this request has read so far, its hub included: what it did may have changed it."""
    g.pop("read", None)
    if g.hub is not None:
        g.hub = current_app.extensions[LOADER](areas.found().hub_id)


def keep() -> None:
    """Commit although the answer will be a refusal: counted attempts and spent codes must stay counted and spent."""
    g.keeps_refusal = True


def install(app: Flask, *, load_hub: Callable[[int], Any]) -> None:
    """Wire the scope into `app`. `load_hub` turns a hub id into what pages call `hub`."""
    app.extensions[LOADER] = load_hub

    @app.before_request
    def enter() -> None:
        stack = g.scope_stack = ExitStack()
        found = areas.found()
        g.hub = None
        # The page that says so needs its stylesheets, which are the same everywhere.
        if found.area == "unknown" and not request.path.startswith("/static/"):
            g.unknown_slug = found.slug
            abort(404)
        if found.hub_id is not None:
            stack.enter_context(hub_scope(found.hub_id))
            g.hub = load_hub(found.hub_id)
            return
        reason = _platform_blueprints.get(request.blueprint or "")
        stack.enter_context(platform_scope(reason=reason) if reason else no_hub())

    @app.after_request
    def finish(response: Response) -> Response:
        if g.get("keeps_refusal") or (response.status_code < FIRST_ERROR and not g.get("failed")):
            db.session.commit()
            crash.reached(COMMITTED)
            for action in take_after_commit():
                _shortcut(action)
        else:
            db.session.rollback()
        return response

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        db.session.remove()
        stack: ExitStack | None = g.pop("scope_stack", None)
        if stack is not None:
            stack.close()


def _shortcut(action: Callable[[], None]) -> None:
    """What could be done at once may fail here: the job behind it does it again."""
    try:
        action()
    except HTTPException:
        raise
    except Exception:
        log.exception("after-commit action failed; its job will do the work")
