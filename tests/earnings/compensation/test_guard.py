"""The payout guard in the database: no reward without an eligible sale behind it, whoever writes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from hubapp.kernel import ids
from tests.earnings.compensation.guarding import RUN, Books
from tests.factories.plans import CLOSING, FEBRUARY, JANUARY


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("cem", "personal_tier"),
        ("cem", "retail_margin"),
        ("cem", "differential"),
        ("ben", "differential"),
        ("ada", "unilevel"),
        ("maud", "hub_tier"),
        ("maud", "hub_share"),
        ("dan", "pool"),
    ],
)
def test_a_reward_with_a_sale_behind_it_is_written(books: Books, name: str, kind: str) -> None:
    books.writes(name, kind, books.network.sells("cem"))


@pytest.mark.parametrize("kind", ["kit", "entry_fee", "training", "shipping", "gift_card", "donation"])
@pytest.mark.parametrize(("name", "component"), [("cem", "personal_tier"), ("ada", "differential"), ("dan", "pool")])
def test_joining_kits_and_fees_are_never_eligible(books: Books, kind: str, name: str, component: str) -> None:
    sale = books.network.sells("cem", kind=kind)
    with pytest.raises(DBAPIError, match=f"{kind} can never be paid for"):
        books.writes(name, component, sale)


def test_a_reward_without_a_sale_is_refused(books: Books) -> None:
    with pytest.raises(DBAPIError, match="names no sale"):
        books.writes("cem", "personal_tier", None)
    with pytest.raises(DBAPIError, match="names no sale"):
        books.writes("cem", "personal_tier", ids.uuid7())


@pytest.mark.parametrize(
    ("buyer", "reason"), [("cem", "own purchases"), ("ben", "own purchases"), ("ada", "purchases of participants")]
)
def test_own_purchases_and_those_of_participants_are_never_eligible(books: Books, buyer: str, reason: str) -> None:
    sale = books.network.sells("cem", buyer=books.network.people[buyer])
    with pytest.raises(DBAPIError, match=reason):
        books.writes("ben", "differential", sale)


def test_a_connectors_own_purchase_is_not_behind_the_hubs_pay(books: Books) -> None:
    sale = books.network.sells(None, buyer=books.network.people["maud"])
    with pytest.raises(DBAPIError, match="own purchases"):
        books.writes("maud", "hub_tier", sale)


def test_a_sale_that_was_given_back_is_refused_and_a_part_of_it_is_not(books: Books) -> None:
    sale = books.network.sells("cem", 10_000)
    books.network.refunds(sale, at=JANUARY, cv=9_999)
    books.acts_as("central")
    books.writes("cem", "personal_tier", sale)
    books.network.refunds(sale, at=CLOSING, cv=1)
    books.acts_as("central")
    with pytest.raises(DBAPIError, match="was given back"):
        books.writes("cem", "retail_margin", sale)


@pytest.mark.parametrize(
    "values",
    [
        {"at": FEBRUARY},
        {"at": JANUARY - timedelta(days=20)},
        {"handed_over_at": None},
        {"currency": "TND"},
        {"paid_at": CLOSING + timedelta(seconds=1)},
    ],
)
def test_a_sale_of_another_period_is_refused(books: Books, values: dict[str, Any]) -> None:
    sale = books.network.sells("cem", **values)
    with pytest.raises(DBAPIError, match="is not in the period"):
        books.writes("cem", "personal_tier", sale)


def test_a_hub_is_not_paid_for_anothers_sales(books: Books) -> None:
    sale = books.network.sells("cem", hub_id=books.other_hub)
    with pytest.raises(DBAPIError, match="is another hub's"):
        books.writes("maud", "hub_tier", sale, sale_hub=books.other_hub)
    with pytest.raises(DBAPIError, match="is another hub's"):
        books.writes("maud", "hub_tier", sale, sale_hub=books.other_hub, hub=books.other_hub)


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("dan", "differential", "is not of the group"),
        ("maud", "unilevel", "is not of the group"),
        ("ada", "personal_tier", "is somebody else's"),
        ("ada", "retail_margin", "is somebody else's"),
    ],
)
def test_a_sale_of_somebody_elses_group_is_refused(books: Books, name: str, kind: str, reason: str) -> None:
    sale = books.network.sells("cem")
    with pytest.raises(DBAPIError, match=reason):
        books.writes(name, kind, sale)


def test_those_above_are_not_of_ones_group(books: Books) -> None:
    sale = books.network.sells("ada")
    with pytest.raises(DBAPIError, match="is not of the group"):
        books.writes("cem", "differential", sale)


def test_a_sale_that_nobody_brought_is_nobodys_group(books: Books) -> None:
    sale = books.network.sells(None)
    with pytest.raises(DBAPIError, match="is not of the group"):
        books.writes("ada", "differential", sale)


def test_a_dry_run_and_an_open_period_write_no_lines(books: Books) -> None:
    sale = books.network.sells("cem")
    books.acts_as("central")
    dry = ids.uuid7()
    books.connection.execute(RUN, {"id": dry, "period": books.period, "kind": "dry", "cutoff": CLOSING})
    with pytest.raises(DBAPIError, match="by a run that closes its period"):
        books.writes("cem", "personal_tier", sale, run=dry)
    books.acts_as("owner")
    books.connection.exec_driver_sql(
        "UPDATE plan_period SET status = 'open', cutoff = NULL, inputs_digest = NULL, result_digest = NULL"
    )
    with pytest.raises(DBAPIError, match="by a run that closes its period"):
        books.writes("cem", "personal_tier", sale)


def test_a_line_cannot_be_turned_into_another(books: Books) -> None:
    books.writes("cem", "personal_tier", books.network.sells("cem"))
    books.acts_as("owner")
    for change in (
        f"account_id = '{books.network.people['dan']}'",
        "sale_id = uuidv7()",
        f"in_hub_id = {books.other_hub}, component_type = 'hub_tier'",
    ):
        with pytest.raises(DBAPIError, match="plan: "), books.connection.begin_nested():
            books.connection.exec_driver_sql(f"UPDATE plan_line SET {change}")


@pytest.mark.parametrize("change", ["amount = amount + 1", "account_id = uuidv7()"])
def test_the_central_role_changes_no_line(books: Books, change: str) -> None:
    books.writes("cem", "personal_tier", books.network.sells("cem"))
    books.acts_as("central")
    with pytest.raises(DBAPIError, match="permission denied"), books.connection.begin_nested():
        books.connection.exec_driver_sql(f"UPDATE plan_line SET {change}")


def test_a_hub_writes_no_lines_and_no_right_without_one(books: Books) -> None:
    line = books.writes("cem", "personal_tier", books.network.sells("cem"))
    books.acts_as("app", books.network.hub_id)
    with pytest.raises(DBAPIError, match="permission denied"):
        books.writes("ben", "personal_tier", None)
    for wrong in (
        {"line": ids.uuid7()},
        {"amount": 101},
        {"owner": f"account:{books.network.people['dan']}"},
        {"currency": "TND"},
    ):
        with pytest.raises(DBAPIError, match="no line of a period stands behind"):
            books.gives(**{"line": line, "name": "cem", **wrong})
    books.gives(line, "cem")


def test_a_line_stands_behind_a_right_in_its_own_hub_only(books: Books) -> None:
    line = books.writes("cem", "personal_tier", books.network.sells("cem"))
    books.acts_as("app", books.other_hub)
    with pytest.raises(DBAPIError, match="no line of a period stands behind"):
        books.gives(line, "cem", hub=books.other_hub)


def test_a_right_cannot_be_turned_into_a_plans(books: Books) -> None:
    line = books.writes("cem", "personal_tier", books.network.sells("cem"))
    books.acts_as("app", books.network.hub_id)
    books.gives(line, "cem")
    books.acts_as("owner", books.network.hub_id)
    for change in ("amount = 200", f"owner = 'account:{books.network.people['dan']}'"):
        with pytest.raises(DBAPIError, match="no line of a period stands behind"), books.connection.begin_nested():
            books.connection.exec_driver_sql(f"UPDATE earning_right SET {change}")
