"""Short ways to write members, orders, plans and cases."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

from hubapp.earnings.compensation.plans import cases, evaluation, product
from hubapp.earnings.compensation.plans.inputs import Inputs
from hubapp.earnings.compensation.plans.schema import Plan

DEFAULT = tomllib.loads((Path(__file__).parent / "default_plan.toml").read_text())


def default(**changes: Any) -> dict[str, Any]:
    """The default plan as a dict, changed: `caps={...}` replaces a table."""
    return copy.deepcopy(DEFAULT) | changes


def plan(**changes: Any) -> Plan:
    return product.read(default(**changes), file="plan.toml")


def person(name: str, sponsor: str | None = None, **more: Any) -> dict[str, Any]:
    return {"id": name, "sponsor": sponsor, **more}


def order(name: str, seller: str | None, cv: int, **more: Any) -> dict[str, Any]:
    return {"id": name, "seller": seller, "buyer": "customer", "amount": cv, "cv": cv, "pv": cv, **more}


def case(components: list[dict[str, Any]], members: list[Any], orders: list[Any], **more: Any) -> dict[str, Any]:
    """`plan=` adds to the plan, everything else to the case."""
    rest = {"components": [{"id": row["type"], **row} for row in components], **more.pop("plan", {})}
    return {"plan": rest, "members": members, "orders": orders, **more}


def evaluated(*args: Any, **more: Any) -> dict[str, Any]:
    return evaluation.evaluate(cases.read(case(*args, **more), file="case.json"))


def inputs(members: list[Any], orders: list[Any]) -> Inputs:
    margin = [{"type": "retail_margin", "bps": 0}]
    return cases.read(case(margin, members, orders), file="case.json").inputs
