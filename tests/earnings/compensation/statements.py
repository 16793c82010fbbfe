"""Statements of made-up runs: of worked cases, and of the product's plan with hubs that several people look after."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from hubapp.earnings.compensation import verify_statement
from hubapp.earnings.compensation.plans import cases, engine, product, refunds
from hubapp.earnings.compensation.plans.engine import Result
from hubapp.earnings.compensation.plans.inputs import Hubs, Inputs
from hubapp.earnings.compensation.statement import building, keys, sealing
from hubapp.earnings.compensation.statement.building import Closed, Correction, Earner, Period, PlanText, Run
from hubapp.earnings.compensation.statement.network import Network
from tests.earnings.compensation import examples, strategies

KEY = keys.private_key("a secret of tests", 1)
PUBLIC = KEY.public_key().public_bytes_raw()
PERIOD = Period("2027-01", "EUR", 2, "2027-01-01", "2027-02-01")
SOURCE = (Path(__file__).parent / "default_plan.toml").read_text()
NAME = "Ana Ünal \u2028 “A”"


def closed(result: Result, *, source: str | None = None, name: str = "2027-01", **more: Any) -> Closed:
    period = Period(name, "EUR", 2, f"{name}-01", "")
    return Closed(Network(result), period, Run.of(f"run-{name}", result), PlanText(source), **more)


def document(one: Closed, account: str, **more: Any) -> dict[str, Any]:
    salt = more.pop("salt", account.encode() + b" salt")
    rest = {"issuer": "Glocal", "keys_at": "https://glocal.example/keys.json", "salt": salt, **more}
    return building.document(closed=one, earner=Earner(account, NAME), **rest)


def sealed(found: dict[str, Any]) -> bytes:
    return sealing.sealed({name: one for name, one in found.items() if name != "seal"}, KEY)


def parsed(raw: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(raw)
    return found


def computed(case: dict[str, Any]) -> Result:
    orders = [{key: value for key, value in one.items() if key != "period"} for one in case["orders"]]
    read = cases.read({**case, "orders": orders}, file="random.json")
    return engine.compute(read.plan, read.inputs)


def default_run(volumes: dict[str, tuple[str | None, int]], **changes: Any) -> Result:
    """The default plan over {member: (sponsor, volume sold to customers)}, everybody with customers enough."""
    people = [examples.person(name, sponsor, customers=20, customer_pv=10**6) for name, (sponsor, _) in volumes.items()]
    orders = [examples.order(f"order-of-{name}", name, cv) for name, (_, cv) in volumes.items() if cv]
    return engine.compute(examples.plan(**changes), examples.inputs(people, orders))


TEAM = default_run(
    {
        "ana": (None, 312_345),
        "bea": ("ana", 151_237),
        "cem": ("ana", 40_111),
        "dan": ("bea", 700_129),
        "eva": ("bea", 90_431),
        "fay": ("cem", 80_777),
        "gil": ("ana", 21_313),
    }
)


def example(account: str = "ana") -> bytes:
    """A statement with own sales, two tiers of small legs and a large one, and the plan's own text."""
    return sealed(document(closed(TEAM, source=SOURCE), account))


def corrected(account: str = "ana") -> bytes:
    """A statement with corrections of two periods: an earlier one's, and this one's by a later close."""
    now = refunds.after(TEAM, ["order-of-dan", "order-of-ana"])
    earlier, later = (
        Correction(closed(TEAM, source=SOURCE, name=name), closed(now, source=SOURCE, name=name), "2027-02")
        for name in ("2026-12", "2027-01")
    )
    return sealed(document(closed(TEAM, source=SOURCE), account, corrections=[earlier], later=[later]))


def right(raw: bytes, given: dict[str, bytes] | None = None) -> verify_statement.Report:
    report = verify_statement.check(raw, given)
    assert report.is_right, [*report.problems, *report.follows]
    return report


@st.composite
def product_runs(draw: st.DrawFn) -> Result:
    """The product's plan with other numbers, over hubs that several people look after for some days."""
    case = draw(strategies.whole_cases())
    read = cases.read({**case, "orders": [{**one, "period": 1} for one in case["orders"]]}, file="random.json")
    inputs, size = read.inputs, len(read.inputs.members.ids)
    counts = st.lists(st.integers(0, 30), min_size=len(inputs.hubs.ids), max_size=len(inputs.hubs.ids))
    held = [
        sorted(draw(st.dictionaries(st.integers(0, size - 1), st.integers(0, 31), max_size=3)).items())
        for _ in inputs.hubs.ids
    ]
    hubs = Hubs(inputs.hubs.ids, held, draw(counts), draw(counts))
    return engine.compute(draw(product_plans(case)), Inputs(inputs.members, inputs.orders, hubs))


@st.composite
def product_plans(draw: st.DrawFn, case: dict[str, Any]) -> Any:
    rows = examples.default()["component"]
    names = [one["id"] for one in case["members"]]
    whole = draw(st.integers(0, 10_000))
    if len(names) > 1 and draw(st.booleans()):
        rows[2]["split"] = {names[0]: whole, names[1]: 10_000 - whole}
    rows[1]["schedule"] = draw(strategies.tiers(rising=True))
    rows[2].update(fixed_min_turnover=draw(st.integers(0, 40_000)), on=draw(st.sampled_from(["cv", "amount"])))
    rows[3]["fund_bps"] = draw(st.integers(0, 5000))
    if draw(st.booleans()):
        rows[0].update(mode="slab", threshold_on="hub")
    order = draw(st.lists(st.sampled_from([one["id"] for one in rows]), unique=True))
    caps = {"total_bps": draw(st.integers(0, 4000)), "scale_order": order}
    if draw(st.booleans()):
        caps["per_participant_cents"] = draw(st.integers(0, 4000))
    eligibility = {"min_verified_customers": draw(st.integers(0, 12)), "majority_nonparticipant": draw(st.booleans())}
    base = {"commissionable_buyers": draw(st.sampled_from([["customer"], ["customer", "event"]]))}
    changes = {"component": rows, "caps": caps, "eligibility": eligibility, "base": base}
    return product.read(examples.default(**changes), file="plan.toml")
