"""What somebody was paid by the plan, in words: their own sales by number, of others only what a group came to."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hubapp.earnings.compensation import explaining, signing, standing, verify_statement
from hubapp.earnings.compensation.models import Participant
from hubapp.earnings.compensation.statement.keys import PATH as KEYS
from hubapp.kernel.db import db
from hubapp.web.areas import HubFlask
from tests.earnings.compensation.closing import close, paid
from tests.factories.accounts import base_url, make_account, sign_in
from tests.factories.jobs import run_all
from tests.factories.members import make_member
from tests.factories.plans import CLOSING, CLOSING_FEBRUARY, Network, across, announced, make_network

PAGE, FEBRUARY_PAGE = "/plan/pay/EUR-2027-01", "/plan/pay/EUR-2027-02"


@pytest.fixture
def network(app: HubFlask) -> Network:
    """Everybody has customers enough; January is closed."""
    with app.app_context():
        signing.forget()
        network = make_network()
        announced()
        network.joins("dan", "ben")
        for name in ("cem", "dan"):
            for _ in range(4):
                network.sells(name, 50_000)
        network.sells("ben", 30_000)
        close()
    return network


def page(app: HubFlask, network: Network, name: str, path: str = PAGE, status: int = 200) -> str:
    client: FlaskClient = app.test_client()
    sign_in(client, network.people[name])
    answer = client.get(path, base_url=base_url(app, None))
    assert answer.status_code == status
    return answer.text


def file(app: HubFlask, network: Network, name: str, path: str = PAGE) -> str:
    """The signed file, whoever makes it."""
    client: FlaskClient = app.test_client()
    sign_in(client, network.people[name])
    answer = client.get(f"{path}/statement.json", base_url=base_url(app, None))
    if answer.status_code == 303:
        run_all(app)
        answer = client.get(f"{path}/statement.json", base_url=base_url(app, None))
    assert answer.status_code == 200
    return answer.text


def statement(network: Network, name: str) -> explaining.Statement:
    def act() -> explaining.Statement:
        place = standing.standing("EUR-2027-01", now=CLOSING)
        return explaining.statement(account_id=network.people[name], standing=place)

    return across(act)  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", ["ben", "cem", "maud"])
def test_the_parts_of_every_line_sum_to_what_was_paid(app: HubFlask, network: Network, name: str) -> None:
    with app.app_context():
        found, booked = statement(network, name), paid(network)
        assert {line.component: line.amount for line in found.lines} == {
            component: amount for (who, component), amount in booked.items() if who == name
        }
        for line in found.lines:
            assert sum(part.amount for part in line.parts) == line.amount


def test_ones_own_sales_stand_with_their_numbers(app: HubFlask, network: Network) -> None:
    text = page(app, network, "cem")
    assert text.count("Your sale: order") >= 4


def test_of_others_stands_what_their_group_came_to_and_no_order_or_name(app: HubFlask, network: Network) -> None:
    with app.app_context():
        parts = [part for line in statement(network, "ben").lines if line.component == "team" for part in line.parts]
    assert [(part.why, part.name, part.number) for part in parts] == [("leg", "", ""), ("leg", "", "")]
    text = page(app, network, "ben")
    assert text.count("What a group beneath you adds to yours") == 2
    assert "Cem" not in text


def test_names_show_with_consent(app: HubFlask, network: Network) -> None:
    def agree() -> None:
        db.session.get_one(Participant, network.people["cem"]).shows_name = True

    with app.app_context():
        across(agree)
    text = page(app, network, "ben")
    assert "What the group of Cem adds to yours" in text
    assert "Dan" not in text


def test_the_connector_reads_what_the_hub_came_to(app: HubFlask, network: Network) -> None:
    text = page(app, network, "maud")
    assert "Sales in Lyon" in text
    assert "€215.00" in text  # 5 % of 4,300.00


def test_what_a_rule_took_is_told(app: HubFlask) -> None:
    with app.app_context():
        signing.forget()
        network = make_network()
        announced()
        network.joins("dan", "ben")
        for name in ("cem", "dan"):
            network.sells(name, 150_000)
        close()
    text = page(app, network, "ben")
    assert "was not paid: you had too few customers of your own in this period" in text


def test_what_later_refunds_changed_stands_beneath(app: HubFlask, network: Network) -> None:
    with app.app_context():
        sale = next(part for line in statement(network, "cem").lines for part in line.parts)
        assert sale.number
        gone = across(
            lambda: db.session.execute(db.text("SELECT id FROM plan_sale ORDER BY number LIMIT 1")).scalar_one()
        )
        network.refunds(gone, at=CLOSING + timedelta(days=1))
        close("2027-02", CLOSING_FEBRUARY)
    text = page(app, network, "cem")
    assert text.count("After later refunds") >= 2
    assert "-€60.00" in text
    assert "Booked with 2027-02" in text
    assert "of its volume was given back" in text
    with_it = page(app, network, "cem", FEBRUARY_PAGE)
    assert "Corrections of earlier periods" in with_it
    assert "-€60.00" in with_it
    assert PAGE in with_it


def test_corrections_stand_in_the_signed_files_of_both_periods(app: HubFlask, network: Network) -> None:
    with app.app_context():
        gone = across(
            lambda: db.session.execute(db.text("SELECT id FROM plan_sale ORDER BY number LIMIT 1")).scalar_one()
        )
        network.refunds(gone, at=CLOSING + timedelta(days=1))
        close("2027-02", CLOSING_FEBRUARY)
        booked = paid(network, "recompute")
    assert {who for who, _ in booked} >= {"cem", "maud"}
    for name in {who for who, _ in booked}:
        expected = {component: amount for (who, component), amount in booked.items() if who == name}
        for path, section in ((PAGE, "later"), (FEBRUARY_PAGE, "corrections")):
            report = verify_statement.check(file(app, network, name, path).encode())
            assert report.is_right
            assert report.document is not None
            (one,) = report.document[section]
            assert {row["component"]: row["difference"] for row in one["lines"]} == expected
            assert (one["period"]["name"], one["booked_with"]) == ("2027-01", "2027-02")


def give_back(network: Network) -> dict[tuple[str, str], int]:
    """Maud looks after nothing from February on; a sale of January is given back, and February is closed."""
    looks_after = "UPDATE connector_term SET until = '2027-01-31 23:00+00'"
    first = "SELECT id FROM plan_sale ORDER BY number LIMIT 1"
    across(lambda: db.session.execute(db.text(looks_after)))
    gone = across(lambda: db.session.execute(db.text(first)).scalar_one())
    network.refunds(gone, at=CLOSING + timedelta(days=1))
    close("2027-02", CLOSING_FEBRUARY)
    return paid(network, "recompute")


@pytest.mark.parametrize("name", ["maud", "cem"])
def test_who_only_gives_back_has_a_page_and_a_file_too(app: HubFlask, network: Network, name: str) -> None:
    with app.app_context():
        back = sum(minor for (who, _), minor in give_back(network).items() if who == name)
    listed = page(app, network, name, "/plan/pay")
    assert FEBRUARY_PAGE in listed
    text = page(app, network, name, FEBRUARY_PAGE)
    assert "Nothing was paid at the close" in text
    for shown in (listed, text):
        assert "Corrections of earlier periods" in shown
        assert f"-€{-back // 100}.{-back % 100:02}" in shown
    assert f"{FEBRUARY_PAGE}/statement.json" in text
    raw = file(app, network, name, FEBRUARY_PAGE).encode()
    report = verify_statement.check(raw)
    assert report.is_right, report.problems
    assert report.document is not None
    assert report.document["totals"] | {"period": 0, "due": back, "by_now": 0} == report.document["totals"]
    (one,) = report.document["corrections"]
    assert sum(row["difference"] for row in one["lines"]) == back < 0


def test_each_changed_byte_of_such_a_file_is_named(app: HubFlask, network: Network) -> None:
    with app.app_context():
        give_back(network)
    raw = file(app, network, "maud", FEBRUARY_PAGE).encode()
    sections = [name for name in verify_statement.SECTIONS if name != "seal"]
    for name in sections:
        at = raw.index(f'\n "{name}": '.encode()) + 3
        report = verify_statement.check(raw[:at] + bytes((raw[at] ^ 1,)) + raw[at + 1 :])
        assert name in report.sections
    for at in range(raw.index(b' "corrections": ') + 40, raw.index(b'\n "earner": '), 97):
        report = verify_statement.check(raw[:at] + bytes((raw[at] ^ 1,)) + raw[at + 1 :])
        assert "corrections" in report.sections
        assert report.problems


def test_the_list_leads_to_each_period(app: HubFlask, network: Network) -> None:
    text = page(app, network, "cem", "/plan/pay")
    assert PAGE in text


def test_nobody_reads_of_others_and_visitors_sign_in(app: HubFlask, network: Network) -> None:
    with app.app_context():
        network.people["stranger"] = make_account("Stranger")
    assert "Nothing yet" in page(app, network, "stranger", "/plan/pay")
    page(app, network, "stranger", PAGE, 404)
    page(app, network, "cem", "/plan/pay/EUR-2027-02", 404)
    assert app.test_client().get(PAGE, base_url=base_url(app, None)).status_code == 303


def test_the_earnings_page_of_the_hub_leads_there_and_into_the_books(app: HubFlask, network: Network) -> None:
    member = network.people["cem"]
    with app.app_context():
        make_member(network.hub_id, "Cem", account_id=member)
    client = app.test_client()
    sign_in(client, member, network.hub_id)
    text = client.get("/me/earnings", base_url=base_url(app, network.hub_id)).text
    assert "Pay by plan" in text
    assert base_url(app, None).rstrip("/") + PAGE in text
    start = text.index("/me/books/orders/")
    trail = client.get(text[start : text.index('"', start)], base_url=base_url(app, network.hub_id))
    assert trail.status_code == 200
    assert "Pay by plan 2027-01/" in trail.text
    assert "Jan 1, 2027 – Jan 31, 2027" in trail.text


@pytest.mark.parametrize("name", ["ben", "cem", "maud"])
def test_the_signed_file_says_the_same_and_can_be_checked_away_from_the_server(
    app: HubFlask, network: Network, name: str, tmp_path: Path
) -> None:
    text, keys = file(app, network, name), page(app, network, name, KEYS)
    told, known = tmp_path / "statement.json", tmp_path / "keys.json"
    told.write_text(text, encoding="utf-8")
    known.write_text(keys, encoding="utf-8")
    asked = [sys.executable, "-I", "-S", verify_statement.__file__, str(told), "--keys", str(known)]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    with app.app_context():
        paid_here = sum(line.amount for line in statement(network, name).lines)
    assert str(paid_here) in text
    told.write_text(text.replace(str(paid_here), str(paid_here + 1)), encoding="utf-8")
    assert subprocess.run(asked, capture_output=True, check=False, cwd=tmp_path).returncode == 1


def test_nobody_gets_a_file_of_what_was_not_paid(app: HubFlask, network: Network) -> None:
    page(app, network, "ada", f"{PAGE[:-2]}02/statement.json", status=404)
    page(app, network, "ada", f"{PAGE[:-2]}02/signing", status=404)


def waiting_page(app: HubFlask, network: Network, status: int, **headers: str) -> TestResponse:
    client: FlaskClient = app.test_client()
    sign_in(client, network.people["cem"])
    answer = client.get(f"{PAGE}/signing", base_url=base_url(app, None), headers=headers)
    assert answer.status_code == status
    return answer


def set_jobs(values: str) -> None:
    across(lambda: db.session.execute(db.text(f"UPDATE procrastinate_jobs SET {values} WHERE status <> 'succeeded'")))


def test_who_asks_for_the_file_waits_on_a_page_until_it_is_made(app: HubFlask, network: Network) -> None:
    page(app, network, "cem", f"{PAGE}/statement.json", 303)
    waits = waiting_page(app, network, 202).text
    assert "is being made" in waits
    assert '<meta http-equiv="refresh" content="2">' in waits.partition("<noscript>")[2]
    assert waiting_page(app, network, 204, **{"HX-Request": "true"})
    run_all(app)
    assert waiting_page(app, network, 200, **{"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    made = waiting_page(app, network, 200).text
    assert f'<meta http-equiv="refresh" content="0; url={PAGE}/statement.json">' in made
    assert verify_statement.check(page(app, network, "cem", f"{PAGE}/statement.json").encode()).is_right


def test_a_job_that_fails_is_told_and_one_that_is_given_up_waits_for_nobody(app: HubFlask, network: Network) -> None:
    page(app, network, "cem", f"{PAGE}/statement.json", 303)
    with app.app_context():
        set_jobs("attempts = 1, scheduled_at = now() + interval '1 hour'")
    assert "It did not work at once and is tried again." in waiting_page(app, network, 202).text
    with app.app_context():
        set_jobs("status = 'failed', scheduled_at = NULL")
    told = waiting_page(app, network, 202).text
    assert "It could not be made." in told
    assert "data-waits" not in told
    assert 'http-equiv="refresh"' not in told
    page(app, network, "cem", f"{PAGE}/statement.json", 303)
    assert "data-waits" in waiting_page(app, network, 202).text


def test_what_nobody_asked_for_is_not_waited_for(app: HubFlask, network: Network) -> None:
    told = waiting_page(app, network, 202).text
    assert "Nobody has asked for it yet." in told
    assert "data-waits" not in told
