"""Who is asking: the cookie's session becomes `current_user`, and pages learn what this person may see."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from flask import Flask, current_app, g, has_request_context, request, session
from flask_login import LoginManager, UserMixin, current_user

from hubapp.kernel import clock
from hubapp.kernel.config import Settings
from hubapp.people.accounts import policies, queries
from hubapp.people.accounts.queries import Viewer
from hubapp.web import access, areas, request_scope

EXTENSION = "hubapp.people"
LOGIN, LOGOUT = "/auth/login", "/auth/logout"
TOKEN = "_user_id"  # noqa: S105  the name under which Flask-Login looks into the session


@dataclass(frozen=True, slots=True)
class Plugs:
    """What the slices above answer about the signed-in person; app.py sets them."""

    may: Callable[[str], bool] = lambda _permission: False
    is_member: Callable[[], bool] = lambda: False
    is_connector: Callable[[], bool] = lambda: False
    face: Callable[[], str] = lambda: ""
    basket_count: Callable[[], int] = lambda: 0
    notices_count: Callable[[], int] = lambda: 0
    messages_count: Callable[[], int] = lambda: 0
    needs_second_factor: Callable[[uuid.UUID], bool] = lambda _account_id: False


class Person(UserMixin):
    """The signed-in person of one request."""

    def __init__(self, viewer: Viewer, token: str) -> None:
        self.session_id = viewer.session_id
        self.root_id = viewer.root_id
        self.account_id = viewer.account_id
        self.name = viewer.name
        self.email = viewer.email
        self.locale = viewer.locale
        self.is_central = viewer.is_central
        self.is_demo = viewer.is_demo
        self.has_second_factor = viewer.has_second_factor
        self._token = token

    def get_id(self) -> str:
        """The cookie's token: not the account, so that one device can be signed out."""
        return self._token


class SeenPerson:
    """`viewer` in templates; what costs a query is asked only if a template wants it."""

    def __init__(self, person: Person, plugs: Plugs) -> None:
        self.name = person.name
        self.email = person.email
        self.account_id = person.account_id
        self.initials = policies.initials(person.name)
        self.is_central = person.is_central
        # Tells one sign-in from another, and nothing else: what a phone kept for one is not shown to the next.
        self.device = hashlib.sha256(f"device {person.session_id}".encode()).hexdigest()[:12]
        self._plugs = plugs

    @cached_property
    def is_member(self) -> bool:
        """Belongs to this hub."""
        return areas.in_hub() and self._plugs.is_member()

    @cached_property
    def is_connector(self) -> bool:
        """Runs this hub."""
        return areas.in_hub() and self._plugs.is_connector()

    @cached_property
    def face(self) -> str:
        """The address of one's photo in this hub; '' without one."""
        return self._plugs.face() if areas.in_hub() else ""

    @cached_property
    def basket_count(self) -> int:
        """Things in the basket of this hub."""
        return self._plugs.basket_count() if areas.in_hub() else 0

    @cached_property
    def notices_count(self) -> int:
        """Notices not read yet."""
        return self._plugs.notices_count()

    @cached_property
    def messages_count(self) -> int:
        """Threads of this hub with something new."""
        return self._plugs.messages_count() if areas.in_hub() else 0


def install(app: Flask, plugs: Plugs) -> None:
    """Wire Flask-Login, the access checks and the templates' `viewer` and `links`."""
    manager = LoginManager(app)
    manager.session_protection = (
        None  # it ties a cookie to an address and a browser string: both change on the way home
    )
    manager.user_loader(_load)
    app.extensions[EXTENSION] = plugs
    access.install(app, may=_may, sign_in_url=_sign_in_url, detour=_second_factor_detour, money_detour=_money_detour)

    @app.context_processor
    def people() -> dict[str, Any]:
        if not has_request_context() or g.get("scope_stack") is None or g.get("unknown_slug") is not None:
            return {"viewer": None, "links": {}}
        person = seen()
        return {"viewer": person, "links": _links(person)}


def plugs() -> Plugs:
    """What app.py plugged in."""
    plugged: Plugs = current_app.extensions[EXTENSION]
    return plugged


def seen() -> SeenPerson | None:
    """The signed-in person for templates, made once per request."""
    return request_scope.once("person", _seen)


def _seen() -> SeenPerson | None:
    return SeenPerson(current_user, plugs()) if current_user.is_authenticated else None


def carry(token: str) -> None:
    """Put a session's token into this site's cookie. All that was in it goes: nothing planted before survives."""
    session.clear()
    session[TOKEN] = token
    session.permanent = True
    for name in ("_login_user", "read", "pending", "csrf_token"):
        g.pop(name, None)


def drop() -> None:
    """Empty this site's cookie."""
    session.clear()
    for name in ("_login_user", "read", "pending", "csrf_token"):
        g.pop(name, None)


def pending() -> Viewer | None:
    """The session that waits for its second factor: for the pages that take it, and for no other."""
    current_user.is_authenticated  # noqa: B018  loads the session once
    waiting: Viewer | None = g.get("pending")
    return waiting


def _load(token: str) -> Person | None:
    if g.get("scope_stack") is None:
        return None
    viewer = queries.viewer(token=token, hub_id=areas.found().hub_id, now=clock.wall())
    if viewer is None or (viewer.is_demo and _is_production()):
        return None
    if viewer.is_pending:
        g.pending = viewer
        return None
    return Person(viewer, token)


def _is_production() -> bool:
    """Where the demo's sign-ins, whose passwords are published, are worth nothing."""
    settings: Settings = current_app.extensions["hubapp.settings"]
    return settings.is_production


def _may(permission: str) -> bool:
    if permission.startswith("central."):
        return bool(current_user.is_central)
    return plugs().may(permission)


def _second_factor_detour() -> str | None:
    """Whoever holds a role needs a second factor; the demo's published sign-ins are exempt."""
    if current_user.has_second_factor or current_user.is_demo:
        return None
    site: areas.HubFlask = current_app  # type: ignore[assignment]
    back = site_url(access.here())
    goal = quote("/enter?to=" + quote(back, safe=""), safe="")
    return f"{site.addresses.central('/me/security/second-factor')}?next={goal}"


def _money_detour() -> str | None:
    """The same for the own money of whoever holds a role somewhere; others choose for themselves."""
    return _second_factor_detour() if requires_second_factor(current_user) else None


def requires_second_factor(person: Person | Viewer) -> bool:
    """Whether this person's roles demand one: the central team and connectors, but for the demo's sign-ins."""
    return not person.is_demo and (person.is_central or plugs().needs_second_factor(person.account_id))


def site_url(path: str) -> str:
    """A path of the current site, with its script root, as an absolute address in the scheme people use."""
    site: areas.HubFlask = current_app  # type: ignore[assignment]
    return f"{site.addresses.scheme}://{request.host}{path}"


def _sign_in_url(quoted_next: str) -> str:
    return f"{request.script_root}{LOGIN if areas.in_hub() else '/sign-in'}?next={quoted_next}"


def _links(person: SeenPerson | None) -> dict[str, str]:
    site: areas.HubFlask = current_app  # type: ignore[assignment]
    central, here = site.addresses.central, quote(access.here(), safe="/")
    links = {"central_home": central("/")}
    if areas.in_hub():
        root = request.script_root
        login = root + LOGIN
        links |= {
            "sign_in": f"{login}?next={here}",
            "sign_up": f"{login}?start=sign-up&next={here}",
            "sign_out": root + LOGOUT,
            **{key: f"{root}/{path}" for key, path in HUB_PATHS.items()},
        }
    else:
        links |= {
            "search": "/search",
            "sign_in": f"/sign-in?next={here}",
            "sign_up": "/sign-up",
            "sign_out": "/sign-out",
        }
    if person is not None:
        links |= {"account": central("/me"), "security": central("/me/security")}
        links.setdefault("notifications", central("/notifications"))
        if person.is_central:
            links["console"] = central("/console/")
    return links


HUB_PATHS = {
    "basket": "basket",
    "search": "search",
    "notifications": "notifications",
    "messages": "messages",
    "manage": "manage/",
    "orders": "me/orders",
    "earnings": "me/earnings",
    "selling": "me/selling",
}
