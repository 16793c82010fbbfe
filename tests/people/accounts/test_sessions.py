"""Sessions: devices that can be signed out at once, sign-ins that run out, and guessing that is slowed down."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import event, select, text

from hubapp.jobs.worker import run_job
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.accounts import queries, services
from hubapp.people.accounts.errors import TooManyAttempts
from hubapp.people.accounts.models import AuthSession, LoginThrottle
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import no_hub
from hubapp.web.areas import HubFlask
from tests.factories.accounts import PASSWORD, make_account, sign_in
from tests.factories.hubs import make_hub
from tests.people.accounts.conftest import Visitor

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
LYON = "http://lyon.localhost:8000"


@pytest.fixture
def amina(app: HubFlask) -> uuid.UUID:
    with app.app_context():
        return make_account("Amina Diallo", "amina@example.org", PASSWORD)


def test_a_device_ended_elsewhere_is_out_at_once_in_every_hub(
    app: HubFlask, visitor: Visitor, amina: uuid.UUID
) -> None:
    with app.app_context():
        hub_id = make_hub("lyon")
    lost = Visitor(app.test_client())
    root_id = sign_in(lost.client, amina, hub_id)
    sign_in(visitor.client, amina)
    assert lost.get("/auth/login?next=/x", LYON).location == "/x"
    assert visitor.post(f"/me/security/devices/{root_id}/end").status_code == 303
    assert lost.get("/auth/login?next=/x", LYON).location != "/x"
    assert visitor.get("/me").status_code == 200


def test_other_peoples_devices_cannot_be_ended(app: HubFlask, visitor: Visitor, amina: uuid.UUID) -> None:
    other = Visitor(app.test_client())
    with app.app_context():
        root_id = sign_in(other.client, make_account("Bo"))
    sign_in(visitor.client, amina)
    assert visitor.post(f"/me/security/devices/{root_id}/end").status_code == 404
    assert other.get("/me").status_code == 200


def test_all_others_can_be_ended_in_one_go(app: HubFlask, visitor: Visitor, amina: uuid.UUID) -> None:
    others = [Visitor(app.test_client()) for _number in range(3)]
    for browser in (*others, visitor):
        sign_in(browser.client, amina)
    visitor.post("/me/security/devices/end-others")
    assert [browser.get("/me").status_code for browser in (*others, visitor)] == [303, 303, 303, 200]


def test_devices_are_listed_by_browser_and_system(visitor: Visitor, amina: uuid.UUID) -> None:
    fields = {"email": "amina@example.org", "password": PASSWORD}
    visitor.client.post("/sign-in", data=fields, base_url=visitor.site, headers={"User-Agent": FIREFOX})
    assert "Firefox on Linux" in visitor.get("/me/security").text


def test_changing_the_password_keeps_this_device_only(app: HubFlask, visitor: Visitor, amina: uuid.UUID) -> None:
    other = Visitor(app.test_client())
    for browser in (other, visitor):
        sign_in(browser.client, amina)
    new = "nine bridges and a bell"
    assert visitor.post("/me/security/password", old="not this one", password=new).status_code == 422
    assert visitor.post("/me/security/password", old=PASSWORD, password=new).status_code == 303
    assert (other.get("/me").status_code, visitor.get("/me").status_code) == (303, 200)


def test_a_borrowed_session_cannot_guess_the_password_at_leisure(visitor: Visitor, amina: uuid.UUID) -> None:
    sign_in(visitor.client, amina)
    for _ in range(8):
        visitor.post("/me/security/password", old="not this one", password="nine bridges and a bell")
    answer = visitor.post("/me/security/password", old=PASSWORD, password="nine bridges and a bell")
    assert answer.status_code == 422
    assert "Too many attempts" in answer.text


@pytest.mark.parametrize(("field", "age"), [("expires_at", timedelta(seconds=1)), ("seen_at", timedelta(days=15))])
def test_sessions_run_out(app: HubFlask, visitor: Visitor, amina: uuid.UUID, field: str, age: timedelta) -> None:
    root_id = sign_in(visitor.client, amina)
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        setattr(db.session.get_one(AuthSession, root_id), field, clock.wall() - age)
    assert visitor.get("/me").status_code == 303


def test_sandbox_time_opens_and_closes_nothing(visitor: Visitor, amina: uuid.UUID) -> None:
    sign_in(visitor.client, amina)
    clock.set_offset(timedelta(days=400))
    assert visitor.get("/me").status_code == 200


def test_the_viewer_costs_one_query(app: HubFlask, amina: uuid.UUID) -> None:
    with app.app_context(), no_hub(), unit_of_work():
        _id, token = services.open_session(account_id=amina, user_agent="", now=clock.wall())
        seen: list[str] = []
        connection = db.session.connection()
        event.listen(connection, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
        viewer = queries.viewer(token=token, hub_id=None, now=clock.wall())
    assert viewer is not None
    assert [statement for statement in seen if "SAVEPOINT" not in statement] == [seen[0]]
    assert "session_viewer" in seen[0]


def test_being_seen_is_noted_at_most_every_few_minutes(app: HubFlask, amina: uuid.UUID) -> None:
    start = clock.wall()
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        session_id, token = services.open_session(account_id=amina, user_agent="", now=start)
        noted = []
        for minutes in (1, 6, 7):
            queries.viewer(token=token, hub_id=None, now=start + timedelta(minutes=minutes))
            db.session.expire_all()
            noted.append(db.session.get_one(AuthSession, session_id).seen_at - start)
    assert noted == [timedelta(0), timedelta(minutes=6), timedelta(minutes=6)]


def test_signing_in_gives_a_new_cookie_each_time(visitor: Visitor, amina: uuid.UUID) -> None:
    tokens = set()
    for _attempt in range(2):
        visitor.post("/sign-in", email="amina@example.org", password=PASSWORD)
        tokens.add(visitor.cookie())
    assert len(tokens) == 2


def test_cookies_are_host_only_and_out_of_scripts_reach(visitor: Visitor, amina: uuid.UUID) -> None:
    header = visitor.post("/sign-in", email="amina@example.org", password=PASSWORD).headers["Set-Cookie"]
    assert header.startswith("central=")
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Domain" not in header


def test_guessing_a_password_is_stopped_even_for_the_right_one(visitor: Visitor, amina: uuid.UUID) -> None:
    for _attempt in range(10):
        visitor.post("/sign-in", email="amina@example.org", password="wrong and wrong again")
    answer = visitor.post("/sign-in", email="amina@example.org", password=PASSWORD)
    assert answer.status_code == 422
    assert "Too many attempts. Please wait 15 min" in answer.text


def test_unknown_addresses_are_counted_like_known_ones(visitor: Visitor) -> None:
    answers = [
        visitor.post("/sign-in", email="nobody@example.org", password="wrong and wrong again").text for _ in range(11)
    ]
    assert "Too many attempts" not in answers[9]
    assert "Too many attempts" in answers[10]


def test_one_network_cannot_try_many_addresses(app: HubFlask) -> None:
    now = clock.wall()
    with app.app_context(), no_hub(), unit_of_work():
        for _number in range(60):
            services.limit(kind="sign-in network", subject="192.0.2.7", now=now)
        services.limit(kind="sign-in network", subject="192.0.2.8", now=now)
        with pytest.raises(TooManyAttempts) as refused:
            services.limit(kind="sign-in network", subject="192.0.2.7", now=now + timedelta(minutes=5))
        assert refused.value.until == now + timedelta(minutes=15)
        services.limit(kind="sign-in network", subject="192.0.2.7", now=now + timedelta(minutes=16))


def test_asking_for_mails_is_limited(visitor: Visitor) -> None:
    answers = [visitor.post("/forgot", email="nobody@example.org").status_code for _ in range(6)]
    assert answers == [303] * 5 + [422]


def test_counters_hold_no_address(app: HubFlask, visitor: Visitor) -> None:
    visitor.post("/sign-in", email="nobody@example.org", password="wrong")
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        assert len(db.session.scalars(select(LoginThrottle)).all()) == 2
        assert "nobody" not in str(db.session.execute(text("SELECT * FROM login_throttle")).all())


def test_the_account_pages_need_an_account(visitor: Visitor) -> None:
    for path in ("/me", "/me/security"):
        assert visitor.get(path).location == f"/sign-in?next={path}"


def test_name_and_language_can_be_changed(visitor: Visitor, amina: uuid.UUID) -> None:
    sign_in(visitor.client, amina)
    assert visitor.post("/me", name="  Amina   D. ", locale="fr").status_code == 303
    page = visitor.get("/me").text
    assert 'value="Amina D."' in page
    assert 'lang="fr"' in page
    assert visitor.post("/me", name="", locale="fr").status_code == 422


def test_preferences_are_kept_in_cookies(visitor: Visitor) -> None:
    answer = visitor.post("/preferences", scheme="dark", locale="ar", next="/sign-in?")
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    page = visitor.get("/sign-in").text
    assert 'dir="rtl"' in page
    assert 'data-scheme="dark"' in page
    visitor.post("/preferences", scheme="purple", locale="xx")
    assert 'data-scheme="dark"' in visitor.get("/sign-in").text


def test_what_ended_long_ago_is_forgotten(app: HubFlask, amina: uuid.UUID) -> None:
    now = clock.wall()
    with app.app_context():
        hub_id = make_hub("lyon")
        with platform_scope(reason="test"), unit_of_work():
            old, _token = services.open_session(account_id=amina, user_agent="", now=now - timedelta(days=100))
            services.open_hub_session(
                account_id=amina, parent_id=old, hub_id=hub_id, user_agent="", now=now - timedelta(days=99)
            )
            fresh, _token = services.open_session(account_id=amina, user_agent="", now=now)
        run_job(app, name="accounts.sweep", hub_id=None, arguments={})
        with platform_scope(reason="test"), unit_of_work():
            assert db.session.scalars(select(AuthSession.id)).all() == [fresh]
