"""The second factor: required for roles, codes good once, recovery codes for the day the phone is lost."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.people.accounts import policies, services
from hubapp.people.accounts.errors import WrongCode
from hubapp.tenancy.scope import no_hub
from hubapp.web.areas import HubFlask
from tests.factories.accounts import PASSWORD, make_account, sign_in
from tests.factories.hubs import make_hub
from tests.factories.members import make_connector
from tests.people.accounts.conftest import Visitor

PAGE = "/me/security/second-factor"


@pytest.fixture
def central(app: HubFlask) -> uuid.UUID:
    """Somebody of the central team."""
    with app.app_context():
        return make_account("Ines Moreau", "ines@example.org", PASSWORD, is_central=True)


def enter(visitor: Visitor, email: str = "ines@example.org", **more: str) -> str:
    """Type the password; returns where it leads."""
    return str(visitor.post("/sign-in", email=email, password=PASSWORD, **more).location)


def set_up(visitor: Visitor) -> tuple[pyotp.TOTP, list[str]]:
    """Set the factor up on the page; returns the app on the phone and the recovery codes."""
    found = re.search(r'id="secret" value="([A-Z2-7 ]+)"', visitor.get(PAGE).text)
    assert found
    phone = pyotp.TOTP(found[1].replace(" ", ""))
    # The code before the present one, which stays for the test. Between two of them it may be one too old: once more.
    for _ in range(2):
        answer = visitor.post(PAGE, code=phone.at(clock.wall() - timedelta(seconds=30)))
        if answer.status_code == 200:
            break
    assert answer.status_code == 200
    return phone, re.findall(r"<code>(\w{5}-\w{5})</code>", answer.text)


def test_the_central_team_must_set_one_up_before_anything_else(visitor: Visitor, central: uuid.UUID) -> None:
    assert enter(visitor) == PAGE
    assert visitor.get("/me").location == "/sign-in?next=/me"
    assert visitor.get("/oauth/authorize").status_code == 400
    _phone, codes = set_up(visitor)
    assert len(set(codes)) == 10
    assert visitor.get("/me").status_code == 200


def test_connectors_must_too_and_members_need_not(app: HubFlask, visitor: Visitor) -> None:
    with app.app_context():
        make_account("Bo", "bo@example.org", PASSWORD)
        connector = make_account("Cleo", "cleo@example.org", PASSWORD)
        make_connector(make_hub("lyon"), "Cleo", account_id=connector)
    assert enter(visitor, "bo@example.org") == "/me"
    assert enter(Visitor(app.test_client()), "cleo@example.org") == PAGE


def test_demo_sign_ins_are_exempt_and_the_page_says_so(app: HubFlask, visitor: Visitor) -> None:
    with app.app_context():
        make_account("Demo", "demo@example.org", PASSWORD, is_demo=True, is_central=True)
    assert enter(visitor, "demo@example.org") == "/me"
    assert "demo sign-in" in visitor.get("/me/security").text


def test_the_next_sign_in_asks_for_a_code_and_a_code_works_once(
    app: HubFlask, visitor: Visitor, central: uuid.UUID
) -> None:
    enter(visitor)
    phone, _codes = set_up(visitor)
    code = phone.at(clock.wall())
    second, third = Visitor(app.test_client()), Visitor(app.test_client())
    assert enter(second, next="/me/security") == enter(third) == "/sign-in/code"
    assert second.get("/me").status_code == 303
    assert second.post("/sign-in/code", code=code).location == "/me/security"
    replay = third.post("/sign-in/code", code=code)
    assert (replay.status_code, "was used already" in replay.text) == (422, True)


def test_a_recovery_code_works_once_however_it_is_typed(app: HubFlask, visitor: Visitor, central: uuid.UUID) -> None:
    enter(visitor)
    _phone, codes = set_up(visitor)
    second, third = Visitor(app.test_client()), Visitor(app.test_client())
    enter(second)
    enter(third)
    assert second.post("/sign-in/code", code=codes[0].lower().replace("-", " ")).status_code == 303
    assert third.post("/sign-in/code", code=codes[0]).status_code == 422
    assert "9 recovery codes left" in second.get("/me/security").text


def test_a_pending_session_cannot_replace_the_factor(app: HubFlask, visitor: Visitor, central: uuid.UUID) -> None:
    enter(visitor)
    set_up(visitor)
    thief = Visitor(app.test_client())
    enter(thief)
    assert thief.get(PAGE).location == "/sign-in/code"
    with app.app_context(), no_hub(), unit_of_work():
        secret = services.begin_second_factor(account_id=central, renew=True)
    answer = thief.post(PAGE, code=pyotp.TOTP(secret).at(clock.wall()))
    assert (answer.status_code, thief.get("/me").status_code) == (422, 303)


def test_the_cookie_from_before_the_code_gains_nothing(app: HubFlask, visitor: Visitor, central: uuid.UUID) -> None:
    enter(visitor)
    before = visitor.cookie()
    set_up(visitor)
    planted = Visitor(app.test_client())
    planted.client.set_cookie("central", before, domain="localhost")
    assert visitor.get("/me").status_code == 200
    assert planted.get("/me").status_code == 303


def test_guessing_codes_is_stopped_and_the_wait_is_said(app: HubFlask, visitor: Visitor, central: uuid.UUID) -> None:
    enter(visitor)
    phone, _codes = set_up(visitor)
    guesser = Visitor(app.test_client())
    enter(guesser)
    for _attempt in range(8):
        assert "not right" in guesser.post("/sign-in/code", code="000000").text
    answer = guesser.post("/sign-in/code", code=phone.at(clock.wall()))
    assert (answer.status_code, "Please wait 15 min" in answer.text) == (422, True)


def test_a_role_given_later_asks_for_the_factor_on_its_pages(app: HubFlask, visitor: Visitor) -> None:
    with app.app_context():
        account_id = make_account("Dara", "dara@example.org", PASSWORD, is_central=True)
    sign_in(visitor.client, account_id, second_factor=False)
    answer = visitor.get("/console/")
    assert answer.status_code == 303
    assert "/me/security/second-factor?next=" in str(answer.location)


def test_switching_off_needs_the_password_and_is_refused_to_roles(
    app: HubFlask, visitor: Visitor, central: uuid.UUID
) -> None:
    enter(visitor)
    set_up(visitor)
    assert "not your current password" in visitor.post(f"{PAGE}/off", password="a wrong one entirely").text
    assert "cannot be switched off" in visitor.post(f"{PAGE}/off", password=PASSWORD).text


def test_members_may_switch_it_off_again(app: HubFlask, visitor: Visitor) -> None:
    with app.app_context():
        make_account("Bo", "bo@example.org", PASSWORD)
    enter(visitor, "bo@example.org")
    set_up(visitor)
    assert visitor.post(f"{PAGE}/off", password=PASSWORD).status_code == 303
    assert enter(Visitor(app.test_client()), "bo@example.org") == "/me"


def test_the_picture_has_no_style_attribute(visitor: Visitor, central: uuid.UUID) -> None:
    enter(visitor)
    page = visitor.get(PAGE).text
    assert "<svg viewBox" in page
    assert "style=" not in page


def test_codes_of_neighbouring_steps_pass_and_older_ones_do_not() -> None:
    secret, now = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", datetime(2026, 11, 22, 12, 0, 10, tzinfo=UTC)
    step, phone = policies.totp_step(now), pyotp.TOTP(secret)
    for drift, expected in ((-60, None), (-30, step - 1), (0, step), (30, step + 1), (60, None)):
        assert policies.totp_match(secret, phone.at(now + timedelta(seconds=drift)), now=now, last_step=0) == expected
    assert policies.totp_match(secret, phone.at(now), now=now, last_step=step) is None


def test_two_who_send_the_same_code_are_told_apart_by_the_row(
    app: HubFlask, visitor: Visitor, central: uuid.UUID
) -> None:
    enter(visitor)
    phone, _codes = set_up(visitor)
    code, now = phone.at(clock.wall()), clock.wall()
    with app.app_context(), no_hub(), unit_of_work():
        session_id, _token = services.open_session(account_id=central, user_agent="", now=now, is_pending=True)
        services.pass_second_factor(account_id=central, session_id=session_id, code=code, now=now)
        with pytest.raises(WrongCode):
            services.pass_second_factor(account_id=central, session_id=session_id, code=code, now=now)
