"""Retainers in the console: found by address or handle, agreed by two, ended with a reason, every act in the log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from hubapp.earnings.retainers import network
from hubapp.earnings.retainers.models import Retainer
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.models import AuditEvent
from hubapp.tenancy.platform import platform_scope
from hubapp.web.areas import HubFlask
from tests.console.conftest import Browser
from tests.factories.accounts import make_account
from tests.factories.hubs import make_hub
from tests.factories.members import make_member
from tests.factories.retainers import earn

PATH = "/console/retainers"


@pytest.fixture
def anna(app: HubFlask) -> UUID:
    """A member of Lyon."""
    with app.app_context():
        return make_member(make_hub("lyon"), "Anna Example").account_id


def today() -> date:
    return clock.now().date()


def fields(anna: UUID, **more: str) -> dict[str, str]:
    return {
        "hub": "lyon",
        "person": f"{anna.hex}@example.org",
        "amount": "250.00",
        "rhythm": "monthly",
        "first_day": today().isoformat(),
        "last_day": "",
        "note": "Looks after the workshop",
        "reason": "Agreed by telephone",
        **more,
    }


def only(app: HubFlask) -> Retainer:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        (found,) = network.retainers()
        return found


def acts(app: HubFlask) -> list[tuple[str, str]]:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        statement = select(AuditEvent.action, AuditEvent.reason).where(AuditEvent.action.startswith("retainer."))
        return [tuple(row) for row in db.session.execute(statement.order_by(AuditEvent.id))]


def mails(app: HubFlask) -> list[str]:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        return list(db.session.scalars(text("SELECT template FROM mail ORDER BY id")))


def test_one_proposes_another_approves_and_the_person_is_told(
    app: HubFlask, anna: UUID, central: Browser, browser_of: Callable[..., Browser]
) -> None:
    assert central.post(f"{PATH}/new", **fields(anna)).status_code == 303
    row = only(app)
    assert "1 retainer waits for approval" in central.get("/console/").text
    page = central.get(f"{PATH}/{row.id}").text
    assert "somebody else decides" in page
    assert "End it" not in page
    assert central.post(f"{PATH}/{row.id}/approve").status_code == 303
    assert (only(app).status, mails(app)) == ("proposed", [])
    with app.app_context():
        second = browser_of(make_account("Theo", is_central=True))
    assert "Approve" in second.get(f"{PATH}/{row.id}").text
    assert second.post(f"{PATH}/{row.id}/approve", answer="Fine").status_code == 303
    assert (only(app).status, mails(app)) == ("agreed", ["retainer_agreed"])
    assert acts(app) == [("retainer.propose", "Agreed by telephone"), ("retainer.approve", "Fine")]


def test_a_person_is_found_by_their_handle_in_the_hub(app: HubFlask, anna: UUID, central: Browser) -> None:
    assert central.post(f"{PATH}/new", **fields(anna, person="@anna-example")).status_code == 303
    assert only(app).account_id == anna


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"person": "nobody@example.org"}, "Nobody has an account"),
        ({"person": "nobody"}, "Nobody in this hub has the handle"),
        ({"person": ""}, "Enter an e-mail address or a handle"),
        ({"amount": "5.001"}, "2 digits after the point"),
        ({"amount": "many"}, "is not an amount"),
        ({"amount": "0"}, "above zero"),
        ({"amount": "-5"}, "above zero"),
        ({"amount": "99999999999999999"}, "too large"),
        ({"rhythm": "daily"}, "Choose one of the list"),
        ({"hub": "nairobi"}, "No hub goes by"),
        ({"first_day": "2001-01-01"}, "The first day lies between"),
        ({"first_day": "soon"}, "Not a valid date"),
        ({"last_day": "2001-01-01"}, "not before the first"),
        ({"note": ""}, "the person reads it"),
        ({"reason": ""}, "Say why"),
    ],
)
def test_bad_proposals_are_told_why(
    app: HubFlask, anna: UUID, central: Browser, wrong: dict[str, str], words: str
) -> None:
    answer = central.post(f"{PATH}/new", **fields(anna, **wrong))
    assert answer.status_code == 422
    assert words in answer.text
    assert acts(app) == []


def test_somebody_who_is_no_member_is_refused(app: HubFlask, anna: UUID, central: Browser) -> None:
    with app.app_context():
        other = make_member(make_hub("nantes"), "Otto").account_id
    answer = central.post(f"{PATH}/new", **fields(other))
    assert answer.status_code == 422
    assert "is no member of this hub" in answer.text


def agreed(app: HubFlask, anna: UUID, central: Browser, browser_of: Callable[..., Browser]) -> Retainer:
    central.post(f"{PATH}/new", **fields(anna))
    with app.app_context():
        second = browser_of(make_account("Theo", is_central=True))
    row = only(app)
    second.post(f"{PATH}/{row.id}/approve")
    return row


def test_an_end_has_a_day_and_a_reason_that_the_person_reads(
    app: HubFlask, anna: UUID, central: Browser, browser_of: Callable[..., Browser]
) -> None:
    row = agreed(app, anna, central, browser_of)
    path = f"{PATH}/{row.id}/end"
    assert central.post(path, last_day=today().isoformat(), reason="").status_code == 422
    early = central.post(path, last_day=(today() - timedelta(days=2)).isoformat(), reason="Done")
    assert (early.status_code, "today or later" in early.text) == (422, True)
    assert central.post(path, last_day=(today() + timedelta(days=9)).isoformat(), reason="Done").status_code == 303
    assert only(app).last_day == today() + timedelta(days=9)
    assert mails(app) == ["retainer_agreed", "retainer_ended"]
    assert acts(app)[-1] == ("retainer.end", "Done")


def test_the_list_and_the_page_show_what_was_earned(
    app: HubFlask, anna: UUID, central: Browser, browser_of: Callable[..., Browser]
) -> None:
    row = agreed(app, anna, central, browser_of)
    assert "None yet" not in central.get(PATH).text
    with app.app_context():
        earn(row.hub_id, row.id, clock.now() + timedelta(days=70))
    assert "€500.00" in central.get(PATH).text
    page = central.get(f"{PATH}/{row.id}").text
    assert page.count("€250.00") >= 3
    assert "/ledger/orders/" in page


def test_an_empty_list_says_what_to_do(central: Browser) -> None:
    assert "None yet. Agree one" in central.get(PATH).text


def test_a_refusal_promises_nothing(
    app: HubFlask, anna: UUID, central: Browser, browser_of: Callable[..., Browser]
) -> None:
    central.post(f"{PATH}/new", **fields(anna))
    row = only(app)
    with app.app_context():
        second = browser_of(make_account("Theo", is_central=True))
    second.post(f"{PATH}/{row.id}/refuse")
    assert only(app).status == "proposed"
    second.post(f"{PATH}/{row.id}/refuse", answer="Too much")
    assert (only(app).status, mails(app)) == ("refused", [])
    assert acts(app)[-1] == ("retainer.refuse", "Too much")
