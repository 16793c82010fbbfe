"""The audit log in words: each act that the product writes down has a name, and a filter that finds it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import hubapp
from hubapp.community.moderation import policies as moderation
from hubapp.console.views.people import ACTIONS
from hubapp.earnings.compensation.services import correcting
from hubapp.people.handovers.models import HandoverStatus
from hubapp.web.areas import HubFlask
from tests.console.conftest import Browser

# Whoever writes an act down, by the names of such functions.
WRITERS = {"record", "_note", "_log", "finish", "_finished", "_note_take_back"}
DEMO = {"demo.begin", "demo.ready"}


def named_in_the_source() -> Iterator[str]:
    """Acts that are given by name to whoever writes them down."""
    for path in Path(hubapp.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] in WRITERS:
                given = [*call.args, *(one.value for one in call.keywords if one.arg == "action")]
                for node in (node for one in given for node in ast.walk(one)):
                    if isinstance(node, ast.Constant) and re.fullmatch(r"[a-z]+(\.[a-z_]+)+", str(node.value)):
                        yield str(node.value)


def put_together() -> Iterator[str]:
    """Acts whose names are put together from a kind and what was done."""
    closed = set(HandoverStatus) - {HandoverStatus.PROPOSED, HandoverStatus.ACCEPTED}
    for first, second in (
        *product(("role.grant", "role.revoke"), ("connector", "helper")),
        *product(("post", "comment"), ("hide", "unhide", "hold", "release", "refuse")),
        *product(("moderation", "moderation.undo"), moderation.ACTS),
        *product(("moderation",), ("report", "appeal", "appeal.uphold", "appeal.undo")),
        *product(("handover",), ("propose", "accept", *closed)),
        *product(("plan.sponsor",), (correcting.AGREED, correcting.REFUSED)),
    ):
        yield f"{first}.{second}"


def test_each_act_has_words_and_a_filter_that_finds_it(app: HubFlask) -> None:
    acts = {*named_in_the_source(), *put_together()}
    assert len(acts) > 100
    with app.app_context():
        name = app.jinja_env.get_template("console/_parts.html").module.act  # type: ignore[attr-defined]
        assert {act for act in acts | DEMO if name(action=act) == act} == set()
        assert name(action="no.such") == "no.such"
    assert {act for act in acts if not act.startswith(tuple(ACTIONS))} == set()
    assert [start for start in ACTIONS if not any(act.startswith(start) for act in acts)] == []


def test_the_filter_offers_each_by_name(central: Browser) -> None:
    choices = central.get("/console/audit").text.split('name="action"')[1].split("</select>")[0]
    names = re.findall(r"<option[^>]*>([^<]*)</option>", choices)
    assert len(names) == len(set(names)) == len(ACTIONS) + 1
    assert all(name.strip() for name in names)
