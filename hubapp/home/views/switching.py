"""The connector turns parts of the hub on and off: every change a version, with the way back."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hubapp.home import names
from hubapp.home.views import saved
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.membership.views import guards
from hubapp.tenancy import brand, errors, versions
from hubapp.tenancy.packs import schema
from hubapp.web import access, areas

blueprint = areas.hub_blueprint("switching", __name__, url_prefix="/manage/switches")


@blueprint.get("")
@access.requires("switches.edit")
def edit() -> ResponseReturnValue:
    """What is on and what is off."""
    return _page(versions.present("switches"), versions.number("switches"), saved=saved.notice("switches"))


@blueprint.post("")
@access.requires("switches.edit")
def save() -> ResponseReturnValue:
    """Turn them all in one change."""
    switches = {name: bool(request.form.get(name)) for name in _names()}
    seen = request.form.get("version", "")
    version = int(seen) if seen.isascii() and seen.isdigit() else None
    try:
        number = brand.edit_switches(switches=switches, version=version, actor=guards.actor(), now=clock.now())
    except errors.ChangedMeanwhile as refusal:
        latest = refusal.latest
        return _page(switches, latest.number if latest else 0, problems=[refusal], newer=latest)
    except errors.FieldRefused as refusal:
        return _page(switches, version or 0, problems=[refusal])
    return redirect(url_for("switching.edit", saved=number or None), 303)


def _names() -> list[str]:
    """Those that are turned here."""
    return [name for name in names.SWITCHES if name not in names.TURNED_ELSEWHERE]


def _needed(name: str) -> str:
    """What a switch can only be on together with, by the name at that one; '' for most."""
    other = schema.SWITCH_NEEDS.get(name)
    return str(names.SWITCHES[other][0]) if other else ""


def _page(
    switches: dict[str, bool], version: int, *, problems: list[Refusal] | None = None, **context: Any
) -> ResponseReturnValue:
    answer = render_template(
        "home/manage/switches.html",
        summary=[(refusal.field or "", str(refusal)) for refusal in problems or ()],
        switches=[(name, *names.SWITCHES[name], _needed(name), switches[name]) for name in _names()],
        has_readers=access.may("conversations.manage"),
        version=version,
        **context,
    )
    return answer, 422 if problems else 200
