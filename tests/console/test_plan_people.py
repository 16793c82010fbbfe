"""The console's pages of the earning programme: finding people, and correcting a sponsor by two."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from hubapp.earnings.compensation import history_queries, participant_queries
from hubapp.kernel.db import unit_of_work
from hubapp.tenancy.platform import platform_scope
from hubapp.web.areas import HubFlask
from tests.console.conftest import Browser
from tests.factories import plan
from tests.factories.accounts import make_account
from tests.factories.hubs import make_hub


def family(app: HubFlask) -> tuple[UUID, UUID]:
    """Anna and Ben, both directly under the network."""
    with app.app_context():
        hub_id = make_hub()
        return plan.participant(hub_id, "Anna"), plan.participant(hub_id, "Ben")


def sponsor(app: HubFlask, account_id: UUID) -> UUID | None:
    with app.app_context():
        found = participant_queries.person(account_id)
        assert found is not None
        return found.sponsor_id


def change_of(app: HubFlask, account_id: UUID) -> UUID:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        waiting = history_queries.history(account_id).waiting
        assert waiting is not None
        return waiting.id


def test_people_are_found_by_name_and_by_address(app: HubFlask, central: Browser) -> None:
    anna, ben = family(app)
    everybody = central.get("/console/plan/people").text
    assert str(anna) in everybody
    assert str(ben) in everybody
    for search in ("Ann", f"{anna.hex}@"):
        found = central.get(f"/console/plan/people?q={search}").text
        assert str(anna) in found
        assert str(ben) not in found


def test_a_correction_needs_a_second_person_and_stays_in_the_history(
    app: HubFlask, central: Browser, browser_of: Callable[..., Browser]
) -> None:
    anna, ben = family(app)
    path = f"/console/plan/people/{ben}"
    assert central.post(path, sponsor=f"{anna.hex}@example.org", reason="She brought him.").status_code == 303
    change_id = change_of(app, ben)
    assert str(ben) in central.get("/console/plan/people").text
    assert "You proposed it" in central.get(path).text
    central.post(f"{path}/{change_id}/approve")
    assert sponsor(app, ben) is None
    with app.app_context():
        other = make_account("Theo", is_central=True)
    browser_of(other).post(f"{path}/{change_id}/approve")
    assert sponsor(app, ben) == anna
    page = central.get(path).text
    assert "She brought him." in page
    assert "corrected by two people" in page


def test_a_wrong_address_is_refused_at_its_field(app: HubFlask, central: Browser) -> None:
    _anna, ben = family(app)
    answer = central.post(f"/console/plan/people/{ben}", sponsor="nobody@example.org", reason="So.")
    assert answer.status_code == 422
    assert "Choose somebody who takes part today" in answer.text


def test_members_do_not_come_here(app: HubFlask, browser_of: Callable[..., Browser]) -> None:
    anna, _ben = family(app)
    assert browser_of(anna).get("/console/plan/people").status_code in {403, 404}
