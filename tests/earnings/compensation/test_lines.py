"""Lines of a closed period are kept once, by a job; pages read one's own, and say so while they are not there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from hubapp.earnings.compensation import calendar, explaining, queries, standing
from hubapp.earnings.compensation.explaining import Explained
from hubapp.earnings.compensation.models import Participant, PlanExplained, PlanPeriod
from hubapp.earnings.compensation.plans import engine, explain, told
from hubapp.earnings.compensation.running import Run
from hubapp.earnings.compensation.services import lines, periods
from hubapp.earnings.compensation.services.jobs_of_statements import LINES, LOCK
from hubapp.kernel.db import db
from hubapp.tenancy.audit import SYSTEM
from hubapp.web.areas import HubFlask
from tests.earnings.compensation.closing import close
from tests.factories.accounts import base_url, sign_in
from tests.factories.jobs import run_all, waiting
from tests.factories.plans import CLOSING, CLOSING_FEBRUARY, FEBRUARY, Network, across, announced, make_network
from tests.support.queries import counted

PAGE = "/plan/pay/EUR-2027-01"
MONTHS = ("2027-01", "2027-02")
PREPARED, NOT_PREPARED = "The lines are being prepared", "The lines could not be prepared."


@pytest.fixture
def network(app: HubFlask) -> Network:
    """January is closed, with something that a rule took; of it is given back, and February is closed as well."""
    with app.app_context():
        network = make_network()
        announced()
        network.joins("dan", "ben")
        for _ in range(4):
            network.sells("cem", 50_000)
            network.sells("dan", 40_001)
        gone = network.sells("ben", 30_000)
        close()
        network.sells("cem", 1_000_000, at=FEBRUARY)
        network.refunds(gone, at=CLOSING + timedelta(days=1))
        across(
            lambda: db.session.execute(text("UPDATE participant SET shows_name = account_id = :one"), whose(network))
        )
        close("2027-02", CLOSING_FEBRUARY)
    return network


def whose(network: Network) -> dict[str, Any]:
    return {"one": network.people["cem"]}


def get(app: HubFlask, network: Network, name: str = "cem", path: str = PAGE, **headers: str) -> Any:
    client: FlaskClient = app.test_client()
    sign_in(client, network.people[name])
    return client.get(path, base_url=base_url(app, None), headers=headers)


def main(text_: str) -> str:
    return text_[text_.index("<main") : text_.index("</main>")]


def period(name: str) -> PlanPeriod:
    found = queries.period("EUR", calendar.named(name).first)
    assert found is not None
    return found


def forget() -> None:
    """As in a period that an older release closed."""
    for statement in ("UPDATE plan_period SET explained_at = NULL", "RESET ROLE; DELETE FROM plan_explained"):
        across(lambda statement=statement: db.session.execute(text(statement)))


def computed(name: str) -> dict[str, tuple[Explained, ...]]:
    """Everybody's lines of a period, made by the engine now."""
    row = period(name)
    assert row.frozen is not None
    result = Run(row, row.frozen).result
    members = result.ground.members.ids
    lines_of = {who: [told.told(line) for line in explain.lines(result, who)] for who in members}
    found = {who: explaining.explained(UUID(who), rows) for who, rows in lines_of.items()}
    return {who: rows for who, rows in found.items() if rows}


@pytest.mark.parametrize("name", MONTHS)
def test_what_is_kept_is_what_the_engine_says(app: HubFlask, network: Network, name: str) -> None:
    def read() -> dict[str, tuple[Explained, ...] | None]:
        """Of all whom the period pays, or who give back with it."""
        place = standing.standing(f"EUR-{name}", now=CLOSING_FEBRUARY)
        row = period(name)
        mine = [who for who in network.people.values() if explaining.paid_in(who, row) is not None]
        return {str(who): explaining.statement(account_id=who, standing=place).lines for who in mine}

    with app.app_context():
        kept, expected = across(read), across(lambda: computed(name))
        assert {who: rows for who, rows in kept.items() if rows} == expected
    parts = [part for rows in expected.values() for row in rows for part in row.parts]
    assert any(part.number for part in parts)
    assert any(part.name == "Cem" for part in parts) == (name == "2027-01")  # in February nobody else earns of a group


def test_a_page_computes_nothing(app: HubFlask, network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: object) -> object:
        raise AssertionError("a page computes a network")

    monkeypatch.setattr(engine, "compute", refuse)
    with app.app_context():
        for name in ("ben", "cem", "maud"):
            with counted() as statements:
                assert get(app, network, name).status_code == 200
            assert len(statements) <= 40
        forget()
    assert get(app, network).status_code == 200


def test_while_lines_are_prepared_the_sums_stand_and_the_job_is_asked_for_once(app: HubFlask, network: Network) -> None:
    before = get(app, network).text
    with app.app_context():
        minor = sum(row.amount for row in across(lambda: computed("2027-01"))[str(network.people["cem"])])
    sum_ = f"€{minor // 100}.{minor % 100:02}"
    assert PREPARED not in before
    with app.app_context():
        forget()
    for _ in range(2):
        meanwhile = get(app, network).text
        assert PREPARED in meanwhile
        assert "Your sale: order" not in meanwhile
    assert 0 < before.index("Paid at the close") < before.index(f">{sum_}<")
    assert 0 < meanwhile.index("Paid at the close") < meanwhile.index(f">{sum_}<")
    assert '<meta http-equiv="refresh" content="5">' in meanwhile
    assert get(app, network, **{"HX-Request": "true"}).status_code == 204
    assert [name for name, _hub, _arguments in waiting(app)] == [LINES]
    run_all(app)
    assert main(get(app, network).text) == main(before)


def test_lines_that_cannot_be_prepared_are_not_waited_for(app: HubFlask, network: Network) -> None:
    with app.app_context():
        forget()
    get(app, network)
    with app.app_context():
        across(lambda: db.session.execute(text("UPDATE procrastinate_jobs SET status = 'failed'")))
    told_so = get(app, network).text
    assert NOT_PREPARED in told_so
    assert PREPARED not in told_so
    assert "data-waits" not in told_so
    assert waiting(app) == []


def test_what_somebody_shows_holds_for_lines_that_were_kept(app: HubFlask, network: Network) -> None:
    assert "What the group of Cem adds to yours" in get(app, network, "ben").text

    def hide() -> None:
        db.session.get_one(Participant, network.people["cem"]).shows_name = False

    with app.app_context():
        across(hide)
    assert "Cem" not in get(app, network, "ben").text


def test_twice_is_once_and_an_open_period_has_none(app: HubFlask, network: Network) -> None:
    with app.app_context():
        rows = across(lambda: len(db.session.scalars(select(PlanExplained.account_id)).all()))
        period_id = across(lambda: period("2027-01").id)
        assert across(lambda: lines.keep(period_id=period_id, now=CLOSING)) == 0
        across(lambda: periods.dry_run(currency="EUR", name="2027-03", by=SYSTEM, now=CLOSING_FEBRUARY))
        march = across(lambda: period("2027-03").id)
        assert across(lambda: lines.keep(period_id=march, now=CLOSING_FEBRUARY)) == 0
        assert across(lambda: len(db.session.scalars(select(PlanExplained.account_id)).all())) == rows


def test_a_close_asks_for_them_under_the_lock_of_statements(app: HubFlask) -> None:
    with app.app_context():
        make_network().sells("cem", 50_000)
        announced()
        across(lambda: periods.close(currency="EUR", name="2027-01", by=SYSTEM, now=CLOSING))
        statement = "SELECT lock FROM procrastinate_jobs WHERE args->>'name' = :name"
        assert across(lambda: db.session.scalars(text(statement), {"name": LINES}).all()) == [LOCK]
