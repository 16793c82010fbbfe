"""A made-up network of any size as columns: a random recursive tree, orders over its members, the same for a seed."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hubapp.earnings.compensation.plans import product
from hubapp.earnings.compensation.plans.columns import Column
from hubapp.earnings.compensation.plans.inputs import Hubs, Inputs, Members, Orders
from hubapp.earnings.compensation.plans.schema import Plan
from hubapp.earnings.compensation.plans.tree import plant

PLANS = {
    "default": Path(__file__).parents[1] / "earnings" / "compensation" / "default_plan.toml",
    "unilevel": Path(__file__).parent / "unilevel.toml",
}
RANKS = (None, "r1", "r2", "r3", "r5", "r7", "top")
KINDS = ("product", "shipping", "kit")
HUBS = 200
# What the engine reads for each plan, beside what is small.
READ = {
    "default": {
        "member": ("sponsor", "customers", "customer_cv", "earlier_cv"),
        "sale": ("seller", "buyer", "kind", "cv", "hub"),
    },
    "unilevel": {"member": ("sponsor", "active", "ranks", "earlier_cv"), "sale": ("seller", "buyer", "kind", "cv")},
}
Columns = dict[str, dict[str, Column]]  # table, column


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    members: int
    orders: int


def plan(name: str) -> Plan:
    """One of PLANS."""
    return product.read(tomllib.loads(PLANS[name].read_text()), file=PLANS[name].name)


def columns(size: Size, *, seed: int = 5) -> Columns:
    """Everything, in the widths that a database has. Recruits follow a member chosen with equal chance, so that depth
    grows with the logarithm; nine of ten buyers are customers."""
    chance, many, sold = np.random.default_rng(seed), size.members, size.orders
    sponsor = (chance.random(many) * np.arange(many)).astype(np.int32)
    sponsor[0] = -1
    customers = chance.integers(0, 30, many, dtype=np.int32)
    cv = chance.integers(500, 20_000, sold)
    return {
        "member": {
            "sponsor": sponsor,
            "customers": customers,
            "customer_cv": customers * np.int64(900),
            "earlier_cv": chance.integers(0, 10**6, many),
            "active": customers > 5,
            "ranks": chance.choice(7, many, p=[0.5, 0.2, 0.1, 0.08, 0.05, 0.04, 0.03]).astype(np.int16),
        },
        "sale": {
            "seller": chance.integers(0, many, sold, dtype=np.int32),
            "buyer": (chance.random(sold) < 0.1).astype(np.int16),
            "kind": chance.choice(3, sold, p=[0.95, 0.04, 0.01]).astype(np.int16),
            "cv": cv,
            "amount": cv + cv // 5,
            "pv": cv,
            "hub": chance.integers(0, HUBS, sold, dtype=np.int32),
        },
    }


def inputs(found: Columns) -> Inputs:
    """As the engine reads it; what a plan does not read may be missing."""
    member, sale = found["member"], found["sale"]
    many, sold = len(member["sponsor"]), len(sale["seller"])
    # What is missing is nowhere: making it would be no part of the close.
    people, lines = (np.broadcast_to(np.int64(0), size) for size in (many, sold))
    members = Members(
        range(many),
        plant(member["sponsor"], range(many)),
        member.get("ranks", people),
        member.get("active", people),
        member.get("customers", people),
        people,
        member.get("customer_cv", people),
        member["earlier_cv"],
        RANKS,
    )
    orders = Orders(
        range(sold),
        sale["seller"],
        sale["buyer"],
        sale.get("amount", lines),
        sale["cv"],
        sale.get("pv", lines),
        sale.get("hub", np.broadcast_to(np.int64(-1), sold)),
        sale["kind"],
        KINDS,
    )
    held = [[(place * many // HUBS, 30)] for place in range(HUBS)]
    names = [f"hub{place:04d}" for place in range(HUBS)]
    return Inputs(members, orders, Hubs(names, held, [40] * HUBS, [3] * HUBS))


def read_only(found: Columns, name: str) -> Columns:
    """The columns that a plan reads."""
    return {table: {one: found[table][one] for one in names} for table, names in READ[name].items()}


def arrays(found: Columns) -> list[Any]:
    """All of them."""
    return [column for table in found.values() for column in table.values()]
