"""What was being recorded while a period closed: waited for, or the next close's news; never what changes it later."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from hubapp.cli import period
from hubapp.earnings.compensation import corrected, queries, signing, verify_statement
from hubapp.earnings.compensation.errors import StillRecording
from hubapp.earnings.compensation.models import PlanRefund, PlanSale
from hubapp.earnings.compensation.services import freezing, periods
from hubapp.kernel import ids
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.errors import Refusal
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.conftest import Live
from tests.earnings.compensation.closing import close, paid
from tests.factories.accounts import base_url, sign_in
from tests.factories.plans import CLOSING, CLOSING_FEBRUARY, JANUARY, Network, across, announced, make_network
from tests.factories.races import overtaken, without_turns

A_MOMENT_BEFORE = CLOSING - timedelta(milliseconds=200)
EVERYTHING = 2**31 - 1


UPGRADED = (
    "RESET ROLE",
    "UPDATE plan_sale SET after_freeze = 0, handed_after_freeze = 0",
    "UPDATE plan_run SET freeze_number = 1",
    "UPDATE plan_period SET freeze_number = 1",
)


@dataclass
class Town:
    """Cem has sold twice, and once more what is still to be handed over; one of the two can be given back."""

    network: Network
    sale: UUID
    waiting: UUID

    def give_back(self, sale: UUID | None = None) -> None:
        """Within the transaction of whoever asks."""
        db.session.add(
            PlanRefund(
                sale_id=sale or self.sale,
                key=f"refund:{ids.uuid7()}",
                amount=60_000,
                cv=50_000,
                pv=0,
                at=A_MOMENT_BEFORE,
            )
        )
        db.session.flush()

    def hand_over(self) -> None:
        """What was waiting, in January."""
        db.session.get_one(PlanSale, (self.network.hub_id, self.waiting)).handed_over_at = JANUARY
        db.session.flush()


def town() -> Town:
    network = make_network()
    announced()
    network.sells("cem", 50_000)
    return Town(network, network.sells("cem", 50_000), network.sells("cem", 20_000, handed_over_at=None))


def closing(live: Live) -> Callable[[], Any]:
    def act() -> None:
        with live.app.app_context():
            across(lambda: periods.close(currency="EUR", name="2027-01", by=SYSTEM, now=CLOSING))

    return act


def close_during(
    live: Live, at_work: Town, record: Callable[[], None], meanwhile: Callable[[], None] = lambda: None
) -> bool:
    """Close while somebody has recorded and not kept it yet; answers whether the close was through before."""
    overtaking = overtaken(live.app, "plan_run", closing(live))
    with live.app.app_context(), overtaking as other, hub_scope(at_work.network.hub_id), unit_of_work():
        record()
        db.session.execute(text("SELECT count(*) FROM plan_run ")).scalar_one()  # here the close comes between
        meanwhile()
    assert other.answer is None
    return other.is_through


@pytest.fixture
def at_work(live: Live) -> Town:
    with live.app.app_context():
        return town()


def test_a_close_waits_for_a_refund_under_way_and_sees_it(live: Live, at_work: Town) -> None:
    assert not close_during(live, at_work, at_work.give_back)
    with live.app.app_context():
        assert paid(at_work.network)[("cem", "personal")] == 5_000
    assert period.run_again(live.app, "2027-01", "EUR")


def test_without_waiting_the_close_never_comes_out_the_same_again(live: Live, at_work: Town) -> None:
    with without_turns("earnings.compensation.services.freezing.wait_for_recording", instead=EVERYTHING), nullcontext():
        assert close_during(live, at_work, at_work.give_back)
    with pytest.raises(Refusal, match="inputs differ"):
        period.run_again(live.app, "2027-01", "EUR")


def test_a_close_waits_for_a_sale_that_is_being_handed_over(live: Live, at_work: Town) -> None:
    assert not close_during(live, at_work, at_work.hand_over)
    with live.app.app_context():
        assert paid(at_work.network)[("cem", "personal")] == 13_400
    assert period.run_again(live.app, "2027-01", "EUR")


def test_nobody_waits_for_a_close_that_waits(live: Live, at_work: Town) -> None:
    def give_back() -> None:
        with live.app.app_context(), hub_scope(at_work.network.hub_id), unit_of_work():
            at_work.give_back()

    def meanwhile() -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(give_back).result(timeout=20)

    assert not close_during(live, at_work, at_work.hand_over, meanwhile)
    with live.app.app_context():  # recorded after the freeze, though stamped before it
        assert paid(at_work.network)[("cem", "personal")] == 13_400
    assert period.run_again(live.app, "2027-01", "EUR")


def test_a_close_does_not_wait_for_ever(live: Live, at_work: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freezing, "PATIENCE", timedelta(milliseconds=50))
    with live.app.app_context(), hub_scope(at_work.network.hub_id), unit_of_work(), ThreadPoolExecutor(1) as pool:
        at_work.give_back()
        error = pool.submit(closing(live)).exception(timeout=20)
    assert isinstance(error, StillRecording)


@pytest.fixture
def late(app: HubFlask) -> Town:
    """January is closed; then a refund is recorded that was stamped before, and February closes as well."""
    with app.app_context():
        signing.forget()
        found = town()
        close()
        with hub_scope(found.network.hub_id), unit_of_work():
            found.give_back()
            found.hand_over()
    return found


def test_what_is_recorded_later_with_an_earlier_moment_leaves_the_close_as_it_was(app: HubFlask, late: Town) -> None:
    with app.app_context():
        assert paid(late.network)[("cem", "personal")] == 11_000
    assert period.run_again(app, "2027-01", "EUR")


def test_the_next_close_books_it(app: HubFlask, late: Town) -> None:
    with app.app_context():
        close("2027-02", CLOSING_FEBRUARY)
        assert paid(late.network, "recompute") == {("cem", "personal"): -3_600, ("maud", "hub"): -1_500}
        close("2027-03", CLOSING_FEBRUARY + timedelta(days=31))
        assert paid(late.network, "recompute") == {("cem", "personal"): -3_600, ("maud", "hub"): -1_500}


def test_its_order_is_named_where_the_difference_is_explained(app: HubFlask, late: Town) -> None:
    def given_back() -> list[int]:
        row = queries.named("EUR", "2027-01")
        return [sale.cv for one in corrected.of_period(late.network.people["cem"], row) for sale in one.sales]

    with app.app_context():
        close("2027-02", CLOSING_FEBRUARY)
        assert across(given_back) == [50_000]


def test_whoever_records_does_not_say_when_it_became_known(app: HubFlask, late: Town) -> None:
    denied = pytest.raises(ProgrammingError, match="permission denied")
    with app.app_context(), denied, hub_scope(late.network.hub_id), unit_of_work():
        db.session.add(PlanRefund(sale_id=late.sale, key="x", amount=1, cv=1, pv=0, at=CLOSING, after_freeze=0))


@pytest.mark.parametrize("name", ["EUR-2027-01", "EUR-2027-02"])
def test_the_signed_files_of_both_periods_check(app: HubFlask, late: Town, name: str) -> None:
    with app.app_context():
        late.network.sells("cem", 10_000, at=CLOSING)
        close("2027-02", CLOSING_FEBRUARY)
    client = app.test_client()
    sign_in(client, late.network.people["cem"])
    answer = client.get(f"/plan/pay/{name}/statement.json", base_url=base_url(app, None))
    assert answer.status_code == 200  # made by the close
    assert verify_statement.check(answer.data).is_right
    assert [row["difference"] for row in lines_of(json.loads(answer.data))] == [-3_600]


def lines_of(file: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for one in (*file["corrections"], *file["later"]) for row in one["lines"]]


def test_what_an_upgraded_database_has_closed_stays_as_it_was(app: HubFlask) -> None:
    """As the migration leaves it: no row has a number yet, and all runs have the first."""
    with app.app_context():
        signing.forget()
        found = town()
        close()
        across(lambda: [db.session.execute(text(statement)) for statement in UPGRADED])
        with hub_scope(found.network.hub_id), unit_of_work():
            found.give_back()
    assert period.run_again(app, "2027-01", "EUR")
    with app.app_context():
        close("2027-02", CLOSING_FEBRUARY)
        assert paid(found.network, "recompute") == {("cem", "personal"): -6_000, ("maud", "hub"): -2_500}
