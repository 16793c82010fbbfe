"""The console's pages about the pay plan: drafting with its lint beside it, two people, and what it would change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from hubapp.kernel import clock
from hubapp.web.areas import HubFlask
from tests.console.conftest import Browser
from tests.earnings.compensation.closing import close
from tests.factories.accounts import make_account
from tests.factories.plans import (
    BEFORE,
    CLOSING,
    CLOSING_FEBRUARY,
    FEBRUARY,
    Network,
    announced,
    drafted,
    make_network,
    source,
)

LIST = "/console/plan"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def now(app: HubFlask) -> None:
    clock.set_offset(BEFORE - clock.wall())


@pytest.fixture
def other(app: HubFlask, browser_of: Callable[..., Browser]) -> Browser:
    with app.app_context():
        account_id = make_account("Theo Central", is_central=True)
    return browser_of(account_id)


def page(central: Browser, path: str, status: int = 200) -> str:
    answer = central.get(path)
    assert answer.status_code == status
    return answer.text


def draft(app: HubFlask, *changes: tuple[str, str]) -> UUID:
    with app.app_context():
        return drafted(*changes).id


def closed(app: HubFlask) -> Network:
    """Two closed periods, in which the same customer bought again."""
    with app.app_context():
        network, regular = make_network(), UUID(int=77)
        announced()
        for at, cv in ((FEBRUARY - timedelta(days=31), 60_000), (FEBRUARY, 30_000)):
            network.sells("cem", cv, buyer=regular, at=at)
        close("2027-01", CLOSING)
        close("2027-02", CLOSING_FEBRUARY)
    clock.set_offset(CLOSING_FEBRUARY - clock.wall())
    return network


def test_without_a_plan_the_page_offers_a_first_draft(central: Browser) -> None:
    assert "No plan yet" in page(central, LIST)
    text = page(central, f"{LIST}/new")
    assert "The plan may be used." in text
    assert "Own sales" in text


def test_a_draft_is_saved_proposed_by_one_and_announced_by_another(central: Browser, other: Browser, now: None) -> None:
    saved = central.post(f"{LIST}/new", source=source())
    path = saved.location.removeprefix(central.base)
    assert central.post(f"{path}/propose", note="As agreed").status_code == 303
    assert "somebody else decides" in page(central, path)
    assert central.post(f"{path}/approve").status_code == 409
    assert other.post(f"{path}/approve").status_code == 303
    assert "announced" in page(central, path)
    assert "<textarea" not in page(central, path)


def test_a_refusal_needs_a_reason_and_a_proposal_too(
    app: HubFlask, central: Browser, other: Browser, now: None
) -> None:
    path = f"{LIST}/{draft(app)}"
    assert central.post(f"{path}/propose", note=" ").status_code == 422
    central.post(f"{path}/propose", note="As agreed")
    assert other.post(f"{path}/refuse").status_code == 422
    assert other.post(f"{path}/refuse", answer="Not yet").status_code == 303
    assert "Not yet" in page(central, path)


def test_what_is_wrong_is_shown_at_its_line(central: Browser) -> None:
    broken = source().replace("total_bps = 3000", "total_bps = -3")
    line = broken.splitlines().index(next(one for one in broken.splitlines() if one.startswith("total_bps"))) + 1
    answer = central.post(f"{LIST}/new", source=broken)
    assert answer.status_code == 422
    assert f"Line {line}" in answer.text
    assert "must not be negative" in answer.text


def test_live_checking_answers_a_fragment_and_keeps_nothing(central: Browser) -> None:
    answer = central.client.post(f"{LIST}/check", base_url=central.base, data={"source": source()}, headers=HTMX)
    assert answer.text.lstrip().startswith('<div id="plan-said"')
    assert "<textarea" in central.post(f"{LIST}/check", source=source()).text
    assert "No plan yet" in page(central, LIST)


def test_what_is_not_lawful_names_clause_and_line(central: Browser) -> None:
    text = central.post(f"{LIST}/check", source=source(("personal_tier", "recruit_bonus"))).text
    assert "M4" in text
    assert "Line " in text


def test_a_draft_may_be_thrown_away_and_begun_from_another(app: HubFlask, central: Browser, now: None) -> None:
    version_id = draft(app)
    assert "version = 2" in page(central, f"{LIST}/new?from={version_id}")
    assert central.post(f"{LIST}/{version_id}/discard").status_code == 303
    page(central, f"{LIST}/{version_id}", 404)


def test_who_gets_less_is_named_first_with_the_part_that_shrinks(app: HubFlask, central: Browser) -> None:
    closed(app)
    version_id = draft(app, ("version = 1", "version = 2"), ("2027-01-01", "2027-07-01"), ("bps=1200", "bps=1100"))
    text = page(central, f"{LIST}/{version_id}/losers")
    assert "1 person would have got less" in text
    assert "Cem" in text
    assert "€1.00" in text  # one point of the 100.00 above 500.00


def test_the_same_rules_cost_nobody_anything(app: HubFlask, central: Browser) -> None:
    closed(app)
    version_id = draft(app, ("version = 1", "version = 2"), ("2027-01-01", "2027-07-01"))
    text = page(central, f"{LIST}/{version_id}/losers")
    assert "Nobody would have got less." in text
    assert "pay would differ." in text


def test_a_year_without_anybody_new_is_drawn_from_what_was_bought_again(app: HubFlask, central: Browser) -> None:
    closed(app)
    version_id = draft(app, ("version = 1", "version = 2"), ("2027-01-01", "2027-07-01"))
    text = page(central, f"{LIST}/{version_id}/flatline")
    assert "Funded:" in text
    assert "€150.00" in text  # half of 300.00 is left after a month
    short = page(central, f"{LIST}/{version_id}/flatline?fixed=80")
    assert "Not funded: from month" in short
    page(central, f"{LIST}/{version_id}/flatline?fixed=x", 422)


def test_without_closed_periods_the_previews_say_so(app: HubFlask, central: Browser) -> None:
    version_id = draft(app)
    assert "Nothing to replay yet" in page(central, f"{LIST}/{version_id}/losers")
    assert "Nothing to begin with yet" in page(central, f"{LIST}/{version_id}/flatline")


def test_a_tree_is_tried_out_and_explained(app: HubFlask, central: Browser) -> None:
    path = f"{LIST}/{draft(app)}/what-if"
    assert "Chloé" in page(central, path)
    asked = f"{path}?name1=Ann&sales1=1000&customers1=12&name2=Bo&sponsor2=1&sales2=10&customers2=1"
    text = page(central, asked)
    assert "€110.00" in text  # 10 % of 500.00 and 12 % of 500.00
    assert "10% of €500.00, own sales" in text
    fragment = central.client.get(asked, base_url=central.base, headers=HTMX).text
    assert fragment.lstrip().startswith('<div id="pays"')


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("name1=A&sponsor1=2&name2=B&sponsor2=1", "beneath themselves"),
        ("name1=A&sales1=much", "Row 1"),
        ("name1=A&customers1=-3", "Enter a whole number."),
        ("name1=A&sponsor1=9", "Nobody is in this row."),
        ("name1=", "Enter at least one person."),
    ],
)
def test_a_tree_that_cannot_be_says_why(app: HubFlask, central: Browser, query: str, said: str) -> None:
    assert said in page(central, f"{LIST}/{draft(app)}/what-if?{query}")


def test_nobody_else_sees_it(app: HubFlask, browser_of: Callable[..., Browser]) -> None:
    with app.app_context():
        ada = browser_of(make_account("Ada"))
    assert {ada.get(path).status_code for path in (LIST, f"{LIST}/new", f"{LIST}/{draft(app)}/what-if")} == {403}
