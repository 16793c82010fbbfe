"""Saying which hub: what is offered while somebody types, and what they meant."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from hubapp.console.views.blueprint import blueprint
from hubapp.kernel.errors import Refusal
from hubapp.tenancy import choosing
from hubapp.tenancy.choosing import HubChoice
from hubapp.web import access


@blueprint.get("/hub-choices")
@access.requires("central.view")
def hub_choices() -> ResponseReturnValue:
    """A fragment: the hubs that it may mean, in a field that asks for one."""
    typed = request.args.get("hub", "")
    return render_template(
        "console/_hub_choices.html",
        typed=typed.strip(),
        hubs=choosing.offered(typed, is_open=request.args.get("open") == "yes"),
    )


def choice(typed: str) -> tuple[HubChoice | None, str]:
    """(the hub that a filter names, why it names none); neither where nothing was typed."""
    if not typed:
        return None, ""
    try:
        return choosing.chosen(typed), ""
    except Refusal as refusal:
        return None, str(refusal)
