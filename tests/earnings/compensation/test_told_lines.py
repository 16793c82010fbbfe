"""What is kept of everybody's lines is what the engine says of each, searched for one by one; and shows no others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from hubapp.earnings.compensation.plans import cases, engine, explain, told
from hubapp.earnings.compensation.plans.engine import Result
from hubapp.earnings.compensation.plans.explain import Line
from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.rounding import SCALE
from hubapp.earnings.compensation.plans.told import Told
from tests.earnings.compensation import statements, strategies

Part = tuple[Any, ...]


class Searching(Ground):
    """Nothing is listed or kept: all orders and members are gone through for every question."""

    def _counts(self, at: int) -> bool:
        return self.counts is None or bool(self.counts[at])

    def places(self, member: int) -> list[int]:
        return [at for at, seller in enumerate(self.orders.seller.tolist()) if seller == member and self._counts(at)]

    def places_under(self, member: int) -> list[int]:
        sellers = self.orders.seller.tolist()
        inside = [at for at, seller in enumerate(sellers) if seller >= 0 and member in self.tree.path(seller)]
        return [at for at in inside if self._counts(at)]

    def frontline(self, member: int) -> list[int]:
        return [one for one, sponsor in enumerate(self.tree.parent.tolist()) if sponsor == member]

    def hubs_of(self, member: int) -> list[int]:
        return [hub for hub, held in enumerate(self.hubs.connectors) if member in dict(held)]

    def once(self, make: Any, component: Any) -> Any:
        return make(component, self)


def searched(result: Result) -> dict[int, list[Line]]:
    """Everybody's lines that are paid or forfeited, each by itself."""
    plan, known = result.plan, result.ground
    ground = Searching(known.inputs, base=plan.base, rounding=plan.rounding)
    again = Result(plan, ground, result.paid)
    found = {at: explain.lines(again, name) for at, name in enumerate(known.members.ids)}
    return {at: lines for at, lines in found.items() if lines}


def parts(line: Line) -> list[Part]:
    """As pages showed them when they computed: own sales and groups each, then sales of others by rate and level."""
    alone, together = list[Part](), dict[Part, tuple[int, int]]()
    for piece, amount in zip(line.pieces, line.shown, strict=True):
        key = (piece.why, piece.bps, piece.level)
        if piece.why in {"difference", "level", "generation", "reward"}:
            base, so_far = together.get(key, (0, 0))
            together[key] = (base + piece.base, so_far + amount)
        else:
            order = piece.order if piece.why == "own_sale" else None
            alone.append((*key, piece.base, amount, order, piece.leg, piece.hub))
    return [*alone, *((*key, base, amount, None, None, None) for key, (base, amount) in together.items())]


def read_again(line: Told) -> Told:
    return told.of_kept(json.loads(json.dumps(line.kept)))


def check(result: Result) -> None:
    kept = {at: [read_again(line) for line in lines] for at, lines in told.everybody(result)}
    expected = searched(result)
    assert list(kept) == list(expected)
    for at, lines in expected.items():
        for line, one in zip(lines, kept[at], strict=True):
            found = [
                (row.why, row.bps, row.level, row.base, row.amount, row.order, row.leg, row.hub) for row in one.addends
            ]
            assert found == parts(line)
            assert sum(row.amount for row in one.addends) == one.amount == line.amount
            assert (one.component, one.type, one.reason) == (line.component, line.type, line.reason or "")
            assert one.computed == line.computed // SCALE
            assert one.forfeited == -(-line.forfeited // SCALE)
            assert one.capped == line.rounded - line.amount


@strategies.careful(80)
@given(strategies.whole_cases())
def test_any_plan_over_any_network(case: dict[str, Any]) -> None:
    check(statements.computed({**case, "orders": [{**one, "period": 1} for one in case["orders"]]}))


@strategies.careful(40)
@given(statements.product_runs())
def test_the_product_s_plan_with_hubs_that_several_look_after(result: Result) -> None:
    check(result)


def test_the_worked_cases(shared_dir: Path) -> None:
    paths = sorted((shared_dir / "golden").glob("*.json"))
    assert paths
    for path in paths:
        case = cases.read(json.loads(path.read_text()), file=path.name)
        check(engine.compute(case.plan, case.inputs))


def test_what_many_lines_are_explained_with_is_made_once() -> None:
    made, ground = list[str](), statements.default_run({"ana": (None, 500)}).ground
    first, second = statements.TEAM.plan.components[:2]

    def make(component: Any, _ground: Ground) -> str:
        made.append(component.id)
        return str(component.id)

    assert [ground.once(make, one) for one in (first, second, first)] == [first.id, second.id, first.id]
    assert made == [first.id, second.id]


def test_who_has_no_lines_is_not_kept() -> None:
    result = statements.default_run({"ana": (None, 0), "bea": ("ana", 50_000), "cem": ("bea", 0)})
    assert [at for at, _ in told.everybody(result)] == sorted(searched(result))
    assert 2 not in searched(result)


@pytest.mark.parametrize("account", ["ana", "bea"])
def test_of_others_nothing_is_kept_but_who_begins_a_group_and_sums(account: str) -> None:
    place = list(statements.TEAM.ground.members.ids).index(account)
    text = json.dumps([line.kept for at, lines in told.everybody(statements.TEAM) if at == place for line in lines])
    assert f"order-of-{account}" in text
    assert text.count("order-of-") == text.count(f"order-of-{account}")
    beneath = {"ana": {"bea", "cem", "gil"}, "bea": {"dan", "eva"}}
    names = {one for one in ("dan", "eva", "fay", "gil", "cem", "bea") if f'"{one}"' in text}
    assert names == beneath[account]
