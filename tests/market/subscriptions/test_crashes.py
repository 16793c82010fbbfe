"""kill -9 at every commit of a renewal: nothing is lost, and nobody is charged twice."""

from __future__ import annotations

from tests.factories.crashes import crash_everywhere, run_all_crashing
from tests.factories.payments import Till
from tests.factories.subscriptions import MONTH, REFUSED_LATER, Club, joined


def sandbox_charges(till: Till, status: str) -> int:
    with till.sandbox.transaction() as tx:
        query = "SELECT count(*) AS number FROM resource WHERE kind = 'charge' AND body ->> 'status' = %s"
        row = tx.connection.execute(query, (status,)).fetchone()
    return int(row["number"]) if row else 0


def survive(club: Club) -> int:
    """Everything that a due renewal causes, with a death at each commit; answers how many."""
    till = club.till
    deaths = crash_everywhere(lambda: till.run("subscriptions.sweep"), recover=lambda: None)
    for _ in range(3):
        deaths += run_all_crashing(till.app, recover=till.make_commands_due)
        till.make_commands_due()
        deaths += crash_everywhere(lambda: till.run("payments.sweep_commands"), recover=till.make_commands_due)
        till.run("payments.sweep")
    return deaths


def test_a_renewal_that_dies_everywhere_is_one_order_and_one_charge(till: Till) -> None:
    club = joined(till)
    till.advance(MONTH)
    assert survive(club) > 8
    club.settle()
    assert [month.status for month in club.months()] == ["paid", "paid"]
    assert [order.status for order in club.orders()] == ["paid", "paid"]
    assert sandbox_charges(till, "succeeded") == 2
    assert club.left() == 18
    assert club.books_are_right()


def test_a_refused_renewal_that_dies_everywhere_fails_once(till: Till) -> None:
    club = joined(till)
    club.put_card(REFUSED_LATER)
    till.advance(MONTH)
    assert survive(club) > 4
    club.settle()
    month = club.months()[1]
    assert (month.status, month.attempts, month.failures) == ("ordered", 1, 1)
    assert club.state().status == "past_due"
    assert sandbox_charges(till, "failed") == 1
