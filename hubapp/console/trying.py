"""The little tree of the what-if: people as typed in rows, and what the plan would pay them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from hubapp.earnings.compensation.plans import trying
from hubapp.earnings.compensation.plans.errors import BadInput
from hubapp.earnings.compensation.plans.schema import Plan
from hubapp.earnings.compensation.plans.trying import Person, Trial
from hubapp.kernel.money import Money

ROWS, SPARE = 12, 2
MOST_CUSTOMERS = 100_000
LONGEST_NAME = 40
EXAMPLE = (
    ("Ada", "", "0", "12"),
    ("Ben", "1", "3000", "15"),
    ("Chloé", "2", "1200", "11"),
    ("Dario", "1", "800", "10"),
)


@dataclass(slots=True)
class Row:
    """One person as typed; `sponsor` is the number of a row or empty; `errors` by column."""

    name: str = ""
    sponsor: str = ""
    sales: str = ""
    customers: str = ""
    rank: str = ""
    errors: dict[str, str] = field(default_factory=dict, init=False)

    @property
    def is_empty(self) -> bool:
        """Whether nobody is meant."""
        return not (self.name or self.sales or self.customers)


@dataclass(slots=True)
class Tree:
    """All rows, spare ones last, and what they come to: None where something is wrong with them."""

    rows: list[Row]
    connector: str
    trial: Trial | None = None
    error: str = ""


def typed(values: Mapping[str, str]) -> Tree:
    """What was sent; an example where nothing was."""
    if not any(name.startswith("name") for name in values):
        return _spared([Row(*row) for row in EXAMPLE], "1")
    rows = [
        Row(**{column: values.get(f"{column}{number}", "").replace("\x00", "").strip() for column in COLUMNS})
        for number in range(1, ROWS + 1)
    ]
    while rows and rows[-1].is_empty:
        rows.pop()
    return _spared(rows, values.get("connector", "").strip())


COLUMNS = ("name", "sponsor", "sales", "customers", "rank")


def _spared(rows: list[Row], connector: str) -> Tree:
    return Tree(rows + [Row() for _more in range(min(SPARE, ROWS - len(rows)))], connector)


def run(tree: Tree, plan: Plan) -> Tree:
    """Fill in what the plan pays, or what is wrong."""
    places = {str(number): place for place, (number, _row) in enumerate(_filled(tree))}
    people = [_person(row, places, plan) for _number, row in _filled(tree)]
    if any(row.errors for row in tree.rows):
        return tree
    if not people:
        tree.error = _("Enter at least one person.")
        return tree
    try:
        tree.trial = trying.try_out(plan, people, connector=places.get(tree.connector))
    except BadInput:
        tree.error = _("Somebody would stand beneath themselves: choose another sponsor.")
    return tree


def _filled(tree: Tree) -> list[tuple[int, Row]]:
    return [(number, row) for number, row in enumerate(tree.rows, start=1) if not row.is_empty]


def _person(row: Row, places: Mapping[str, int], plan: Plan) -> Person:
    name = row.name[:LONGEST_NAME] or "–"
    sales, customers = 0, 0
    try:
        sales = Money.parse(row.sales or "0", plan.currency or "EUR").amount
    except ValueError as error:
        row.errors["sales"] = str(error)
    if sales < 0:
        row.errors["sales"] = _("Sales are not below zero.")
    if not (row.customers or "0").isascii() or not (row.customers or "0").isdecimal():
        row.errors["customers"] = _("Enter a whole number.")
    else:
        customers = min(int((row.customers or "0")[:9]), MOST_CUSTOMERS)
    if row.sponsor and row.sponsor not in places:
        row.errors["sponsor"] = _("Nobody is in this row.")
    rank = row.rank if row.rank in trying.ranks_of(plan) else None
    return Person(name, places.get(row.sponsor), sales, customers, rank)
