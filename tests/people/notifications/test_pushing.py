"""Notices on devices: what goes where, when it is held back, and what becomes of a device that is no more."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from structlog.testing import capture_logs

from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.accounts import services as accounts
from hubapp.people.membership import queries as membership
from hubapp.people.membership import services as roles
from hubapp.people.notifications import queries, services
from hubapp.people.notifications.errors import BadSubscription
from hubapp.people.notifications.policies import FIRST_PAUSE, SPREAD
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope, no_hub
from hubapp.web.areas import HubFlask
from tests.factories.hubs import make_hub
from tests.factories.jobs import run_all, waiting
from tests.factories.members import make_member
from tests.factories.notices import Told, mails, make_told, notices
from tests.factories.pushing import Held, PushService, Subscriber, devices, open_device, push_service, switch_on


@pytest.fixture
def told(app: HubFlask) -> Told:
    with app.app_context():
        return make_told(make_hub("lyon", name="The Bench"))


@pytest.fixture
def service(app: HubFlask, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    """A push service on this machine, which the settings allow."""
    settings = app.extensions["hubapp.settings"].model_copy(update={"push_is_local": True})
    monkeypatch.setitem(app.extensions, "hubapp.settings", settings)
    with push_service() as running:
        yield running


@pytest.fixture
def held(app: HubFlask, told: Told, service: PushService) -> Held:
    with app.app_context():
        return switch_on(told.reader, told.hub_id, service.url())


def named(told: Told, occasion: str = "1", **changes: object) -> int:
    """Somebody names the reader: a kind that devices show unless they choose otherwise."""
    context = {"title": "Who lends a ladder?", "words": "I have one in the yard."}
    usual = {"kind": "member_named", "about": "post:1", "path": "/feed/1", "context": context, "now": clock.now()}
    return told.tell(occasion, **{**usual, **changes})


def push_jobs(app: HubFlask) -> int:
    return len([name for name, _hub, _arguments in waiting(app) if name == services.PUSH])


def test_a_notice_comes_to_the_device_and_only_its_browser_reads_it(
    app: HubFlask, told: Told, service: PushService, held: Held
) -> None:
    with app.app_context():
        named(told)
    run_all(app)
    (request,) = service.received
    with app.app_context():
        (notice,) = notices(told.reader)
        assert devices(told.reader)[0].used_at is not None
    shown = held.browser.told(request.body)
    assert shown["title"] == "\u2068Ben\u2069 named you in “Who lends a ladder?”"
    assert shown["body"] == "I have one in the yard.\nThe Bench"
    assert (shown["lang"], shown["dir"], shown["tag"]) == ("en", "ltr", notice.id.hex)
    assert shown["data"] == {"page": "feed/1", "open": f"notifications/{notice.id}"}
    assert request.headers["Content-Encoding"] == "aes128gcm"
    assert (request.headers["TTL"], request.headers["Urgency"]) == ("86400", "high")
    assert request.headers["Topic"] == notice.id.hex
    assert request.headers["Authorization"].startswith("vapid t=")


def test_it_is_said_in_the_readers_language(app: HubFlask, told: Told, service: PushService, held: Held) -> None:
    with app.app_context():
        with no_hub(), unit_of_work():
            accounts.set_locale(account_id=told.reader, locale="ar")
        named(told)
    run_all(app)
    shown = held.browser.told(service.received[0].body)
    assert (shown["lang"], shown["dir"]) == ("ar", "rtl")
    assert "named you" not in shown["title"]


def test_each_device_has_a_job_of_its_own_and_other_hubs_none(app: HubFlask, told: Told, service: PushService) -> None:
    with app.app_context():
        other = make_hub("nairobi")
        make_member(other, "Amina", account_id=told.reader)
        for number in "12":
            switch_on(told.reader, told.hub_id, service.url(number))
        switch_on(told.reader, other, service.url("other"))
        named(told)
    run_all(app)
    assert sorted(one.path for one in service.received) == ["/push/1", "/push/2"]


def test_what_no_hub_sends_comes_to_each_browser_once(app: HubFlask, told: Told, service: PushService) -> None:
    with app.app_context():
        other = make_hub("nairobi")
        first = switch_on(told.reader, told.hub_id, service.url("a"))
        second = switch_on(told.reader, other, service.url("b"), root_id=first.root_id)
        with platform_scope(reason="test"), unit_of_work():
            services.tell_by_letter(
                template="password_changed",
                to_account_id=told.reader,
                hub_id=None,
                about="account",
                path="/me/security",
                context={},
                now=clock.now(),
            )
    run_all(app)
    (request,) = service.received
    found = (first if request.path == "/push/a" else second).browser.told(request.body)
    assert found["data"]["page"] == "http://localhost:8000/me/security"


@pytest.mark.parametrize("everywhere", [False, True])
def test_what_somebody_does_not_want_on_devices_goes_to_none(
    app: HubFlask, told: Told, service: PushService, held: Held, everywhere: bool
) -> None:
    with app.app_context():
        hub_id = None if everywhere else told.hub_id
        with hub_scope(told.hub_id), unit_of_work():
            services.choose(
                account_id=told.reader,
                hub_id=hub_id,
                wanted={"member_named": (True, "now")},
                pushed={"member_named": False},
            )
        named(told)
    run_all(app)
    assert service.received == []


def test_kinds_for_the_digest_go_to_devices_only_if_chosen(
    app: HubFlask, told: Told, service: PushService, held: Held
) -> None:
    with app.app_context():
        told.tell("1", now=clock.now())
        with hub_scope(told.hub_id), unit_of_work():
            services.choose(
                account_id=told.reader,
                hub_id=told.hub_id,
                wanted={"member_brought": (False, "off")},
                pushed={"member_brought": True},
            )
        told.tell("2", about="other", now=clock.now())
    run_all(app)
    (request,) = service.received
    # It stands in no list: the device leads to the page itself.
    assert held.browser.told(request.body)["data"] == {"page": "members", "open": "members"}


def test_quiet_hours_hold_a_push_back_until_they_end(
    app: HubFlask, told: Told, service: PushService, held: Held
) -> None:
    now = clock.now()
    with app.app_context():
        with no_hub(), unit_of_work():
            services.save_settings(
                account_id=told.reader,
                rhythm="daily",
                weekday=0,
                hour=8,
                timezone="UTC",
                quiet=(now.hour, (now.hour + 2) % 24),
                now=now,
            )
        named(told, now=now)
        (notice,) = notices(told.reader)
        assert notice.push_due_at is not None
        assert due(notice.push_due_at - timedelta(seconds=1)) == 0
        assert due(notice.push_due_at) == 1


def test_what_is_tried_again_does_not_ring_in_quiet_hours(
    app: HubFlask, told: Told, service: PushService, held: Held
) -> None:
    service.status = 503
    now = clock.now()
    with app.app_context():
        named(told, now=now)
    run_all(app)
    service.status = 201
    with app.app_context():
        with no_hub(), unit_of_work():
            quiet = (now.hour, (now.hour + 2) % 24)
            services.save_settings(
                account_id=told.reader, rhythm="daily", weekday=0, hour=8, timezone="UTC", quiet=quiet, now=now
            )
        (notice,) = notices(told.reader)
        end = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
        # The night of the hub, whose clock runs ahead of the queue's.
        wall = clock.wall() - timedelta(days=3)
        assert not tried_again(notice.id, held, now=now, wall=wall)
        assert service.received[1:] == []
        with platform_scope(reason="test"), unit_of_work():
            at = db.session.scalars(text("SELECT scheduled_at FROM procrastinate_jobs ORDER BY id")).all()[-1]
        assert at == wall + (end - now)
        assert tried_again(notice.id, held, now=end, wall=clock.wall())
    assert waiting(app)[-1][2]["tries"] == 1


def tried_again(notice_id: uuid.UUID, held: Held, *, now: datetime, wall: datetime) -> bool:
    """What the job does."""
    with platform_scope(reason="test"), unit_of_work():
        return services.push(notice_id=notice_id, device_id=held.id, tries=1, now=now, wall=wall)


def due(now: object) -> int:
    with platform_scope(reason="test"), unit_of_work():
        return services.push_due(now=now, wall=clock.wall())  # type: ignore[arg-type]


def test_what_was_read_or_muted_meanwhile_stays_silent(
    app: HubFlask, told: Told, service: PushService, held: Held
) -> None:
    with app.app_context():
        named(told, "1", about="post:1")
        named(told, "2", about="post:2")
    run_all(app, only=services.PUSH_DUE)
    assert push_jobs(app) == 2
    with app.app_context(), hub_scope(told.hub_id), unit_of_work():
        services.read(account_id=told.reader, now=clock.now(), about="post:1")
        services.mute(account_id=told.reader, hub_id=told.hub_id, about="post:2", now=clock.now())
    run_all(app)
    assert service.received == []


def test_who_is_no_longer_in_the_hub_learns_nothing_of_it(
    app: HubFlask, told: Told, service: PushService, held: Held
) -> None:
    with app.app_context():
        named(told)
    run_all(app, only=services.PUSH_DUE)
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        db.session.execute(text("DELETE FROM membership_index WHERE account_id = :id"), {"id": told.reader})
    run_all(app)
    assert service.received == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_unsubscribed_is_forgotten(
    app: HubFlask, told: Told, service: PushService, held: Held, status: int
) -> None:
    service.status = status
    with app.app_context():
        named(told)
    run_all(app)
    with app.app_context():
        assert devices(told.reader) == []


def again(told: Told, held: Held, endpoint: str, *, hub_id: int | None = None) -> tuple[bool, Subscriber]:
    """The browser names another subscription by itself."""
    fresh = Subscriber()
    with hub_scope(told.hub_id if hub_id is None else hub_id), unit_of_work():
        is_on = services.switch_on_again(
            account_id=told.reader, session_id=held.session_id, subscription=fresh.subscription(endpoint)
        )
    return is_on, fresh


@pytest.mark.parametrize("is_told_first", [True, False])
def test_a_browser_that_renews_its_subscription_goes_on_whoever_hears_of_it_first(
    app: HubFlask, told: Told, service: PushService, held: Held, is_told_first: bool
) -> None:
    with app.app_context():
        if is_told_first:
            service.status = 410
            named(told, "1")
            run_all(app)
            assert devices(told.reader) == []
        service.status = 201
        is_on, fresh = again(told, held, service.url("new"))
        assert is_on
        assert [one.id for one in devices(told.reader)] == [held.id]
        named(told, "2", about="post:2")
    run_all(app)
    assert service.received[-1].path == "/push/new"
    assert fresh.told(service.received[-1].body)["title"]


def test_what_was_switched_off_stays_off_and_no_other_hub_is_switched_on(
    app: HubFlask, told: Told, service: PushService, held: Held
) -> None:
    with app.app_context():
        assert again(told, held, service.url("new"), hub_id=make_hub("nairobi"))[0] is False
        with hub_scope(told.hub_id), unit_of_work():
            services.switch_off(account_id=told.reader)
        assert again(told, held, service.url("new"))[0] is False
        assert devices(told.reader) == []


@pytest.mark.parametrize("status", [400, 413])
def test_what_a_service_refuses_is_not_tried_again_and_the_device_stays(
    app: HubFlask, told: Told, service: PushService, held: Held, status: int
) -> None:
    service.status = status
    with app.app_context():
        named(told)
    run_all(app)
    with app.app_context():
        assert [one.used_at for one in devices(told.reader)] == [None]


@pytest.mark.parametrize("status", [403, 429, 503])
def test_what_a_service_does_not_take_now_goes_later(
    app: HubFlask, told: Told, service: PushService, held: Held, status: int
) -> None:
    service.status = status
    with app.app_context():
        named(told)
    run_all(app)
    assert push_jobs(app) == 1
    service.status = 201
    run_all(app)
    assert len(service.received) == 1
    run_all(app, until=FIRST_PAUSE - timedelta(seconds=1))
    assert len(service.received) == 1
    run_all(app, until=FIRST_PAUSE + SPREAD)
    assert [one.path for one in service.received] == ["/push/1", "/push/1"]
    assert push_jobs(app) == 0


def test_a_worker_before_this_one_understands_a_first_try(
    app: HubFlask, told: Told, service: PushService, held: Held
) -> None:
    service.status = 503
    with app.app_context():
        named(told)
    run_all(app, only=services.PUSH_DUE)
    assert [set(names) for name, _hub, names in waiting(app) if name == services.PUSH] == [{"notice_id", "device_id"}]
    run_all(app)
    assert [names["tries"] for name, _hub, names in waiting(app) if name == services.PUSH] == [1]


def test_a_service_that_is_away_is_asked_again_under_no_address_in_the_log(
    app: HubFlask, told: Told, service: PushService
) -> None:
    with push_service() as gone:
        address = gone.url()
    with app.app_context():
        switch_on(told.reader, told.hub_id, address)
        named(told)
    with capture_logs() as said:
        run_all(app)
    assert push_jobs(app) == 1
    (line,) = [one for one in said if one["event"] == "push not taken"]
    assert "/push/" not in str(line)  # who knows the address could write to the browser


def test_a_service_is_left_alone_as_long_as_it_asks_by_all_of_its_devices(
    app: HubFlask, told: Told, service: PushService, held: Held
) -> None:
    service.status, service.later = 503, "3600"
    with app.app_context():
        named(told, "1")
    run_all(app)
    service.status = 201
    with app.app_context():
        switch_on(told.reader, told.hub_id, service.url("2"))
        named(told, "2", about="post:2")
    run_all(app, until=timedelta(minutes=55))
    assert [one.path for one in service.received] == ["/push/1"]
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        db.session.execute(text("UPDATE push_pause SET until = until - interval '1 hour'"))
        assert services.forget_pauses(now=clock.wall()) == 1
    run_all(app, until=timedelta(minutes=65))
    assert sorted(one.path for one in service.received) == ["/push/1", "/push/1", "/push/1", "/push/2"]


@pytest.mark.parametrize("status", [403, 429, 500])
def test_a_service_that_puts_one_device_off_is_asked_for_the_others(
    app: HubFlask, told: Told, service: PushService, held: Held, status: int
) -> None:
    service.status, service.later = status, "3600"
    with app.app_context():
        named(told)
    run_all(app)
    service.status = 201
    with app.app_context():
        other = make_told(told.hub_id, "Noé")
        switch_on(other.reader, told.hub_id, service.url("2"))
        named(other, "2")
    run_all(app, until=timedelta(minutes=55))
    assert [one.path for one in service.received] == ["/push/1", "/push/2"]
    run_all(app, until=timedelta(minutes=61))
    assert [one.path for one in service.received] == ["/push/1", "/push/2", "/push/1"]


def tried(told: Told, held: Held, *, days: int, number: int = 1) -> list[queries.Device]:
    """Try to show a notice that is new so much later; the devices that are left."""
    later = clock.now() + timedelta(days=days)
    named(told, str(number), about=f"post:{number}", now=later)
    notice = next(one for one in notices(told.reader) if one.about == f"post:{number}")
    with platform_scope(reason="test"), unit_of_work():
        wall = clock.wall() + timedelta(days=days)
        services.push(notice_id=notice.id, device_id=held.id, now=later, wall=wall)
    return devices(told.reader)


@pytest.mark.parametrize(("status", "is_kept"), [(503, False), (500, False), (429, True), (403, True)])
def test_a_device_that_fails_for_a_week_is_forgotten_but_no_other(
    app: HubFlask, told: Told, service: PushService, held: Held, status: int, is_kept: bool
) -> None:
    service.status = status
    with app.app_context():
        assert tried(told, held, days=0)
        assert tried(told, held, days=6, number=2)
        assert bool(tried(told, held, days=7, number=3)) is is_kept


def test_what_goes_well_in_between_counts_from_anew(
    app: HubFlask, told: Told, service: PushService, held: Held
) -> None:
    with app.app_context():
        for number, (days, status) in enumerate(((0, 503), (6, 201), (8, 503), (13, 503)), 1):
            service.status = status
            assert tried(told, held, days=days, number=number)


def test_an_address_that_is_allowed_no_longer_is_forgotten_and_not_asked(
    app: HubFlask, told: Told, service: PushService, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        named(told)
    settings = app.extensions["hubapp.settings"].model_copy(update={"push_is_local": False})
    monkeypatch.setitem(app.extensions, "hubapp.settings", settings)
    run_all(app)
    assert service.received == []
    with app.app_context():
        assert devices(told.reader) == []


def test_production_asks_nothing_on_its_own_machine(
    app: HubFlask, told: Told, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = app.extensions["hubapp.settings"].model_copy(update={"env": "production"})
    monkeypatch.setitem(app.extensions, "hubapp.settings", settings)
    with app.app_context(), pytest.raises(BadSubscription):
        switch_on(told.reader, told.hub_id, service.url())


def test_a_new_key_of_the_server_ends_what_was_made_for_the_old_one(
    app: HubFlask, told: Told, service: PushService, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        named(told)
    values = app.extensions["hubapp.settings"].model_dump() | {"secret_key": "another key for tests"}
    monkeypatch.setitem(app.extensions, "hubapp.settings", type(app.extensions["hubapp.settings"])(**values))
    run_all(app)
    assert service.received == []
    with app.app_context():
        assert devices(told.reader) == []


@pytest.mark.parametrize("how", ["here", "elsewhere"])
def test_signing_out_forgets_the_device_in_the_same_moment(
    app: HubFlask, told: Told, service: PushService, held: Held, how: str
) -> None:
    now = clock.wall()
    with app.app_context():
        named(told)
        with no_hub(), unit_of_work():
            if how == "here":
                accounts.end_session(root_id=held.root_id, account_id=told.reader, now=now)
            else:
                accounts.end_other_sessions(account_id=told.reader, keep=None, now=now)
        with platform_scope(reason="test"), unit_of_work():
            assert db.session.scalar(text("SELECT count(*) FROM push_device")) == 0
    run_all(app)
    assert service.received == []


def test_a_sign_in_that_ran_out_gets_nothing_and_is_swept_away(
    app: HubFlask, told: Told, service: PushService, held: Held
) -> None:
    later = clock.wall() + timedelta(days=15)
    with app.app_context():
        named(told)
        (notice,) = notices(told.reader)
        with platform_scope(reason="test"), unit_of_work():
            names = {"notice_id": notice.id, "device_id": held.id}
            assert services.push(**names, now=clock.now(), wall=later) is False
            assert [services.forget_devices(now=clock.wall()), services.forget_devices(now=later)] == [0, 1]
    assert service.received == []


def test_an_account_that_goes_takes_its_devices_along(app: HubFlask, service: PushService) -> None:
    with app.app_context():
        told = make_told(make_hub("tunis"))
        switch_on(told.reader, told.hub_id, service.url())
        with platform_scope(reason="test"), unit_of_work():
            rule = text(
                "SELECT confdeltype FROM pg_constraint WHERE conrelid = 'push_device'::regclass"
                " AND confrelid IN ('account'::regclass, 'auth_session'::regclass)"
            )
            assert set(db.session.scalars(rule)) == {"c"}


def test_a_browser_shows_the_notices_of_who_switched_it_on_last(
    app: HubFlask, told: Told, service: PushService, held: Held
) -> None:
    with app.app_context():
        other = make_told(told.hub_id, "Noé")
        switch_on(other.reader, told.hub_id, service.url())
        assert devices(told.reader) == []
        named(told)
    run_all(app)
    assert service.received == []


def test_switching_on_again_replaces_what_was_known(app: HubFlask, told: Told, service: PushService) -> None:
    with app.app_context():
        _root, session_id = open_device(told.reader, told.hub_id)
        for name in "ab":
            with hub_scope(told.hub_id), unit_of_work():
                services.switch_on(
                    account_id=told.reader,
                    session_id=session_id,
                    subscription=Subscriber().subscription(service.url(name)),
                    user_agent="",
                    now=clock.wall(),
                )
        assert len(devices(told.reader)) == 1
        named(told)
    run_all(app)
    assert [one.path for one in service.received] == ["/push/b"]


@pytest.mark.parametrize("whose", ["account", "session", "hub"])
def test_nobody_switches_on_somebody_elses_session(app: HubFlask, told: Told, service: PushService, whose: str) -> None:
    with app.app_context():
        other = make_told(make_hub("nairobi"), "Noé")
        _root, session_id = open_device(told.reader, told.hub_id)
        account_id = other.reader if whose == "account" else told.reader
        session_id = uuid.UUID(int=1) if whose == "session" else session_id
        hub_id = other.hub_id if whose == "hub" else told.hub_id
        with pytest.raises(BadSubscription), hub_scope(hub_id), unit_of_work():
            services.switch_on(
                account_id=account_id,
                session_id=session_id,
                subscription=Subscriber().subscription(service.url()),
                user_agent="",
                now=clock.wall(),
            )


def test_a_hubs_page_cannot_read_where_browsers_are_reached(app: HubFlask, told: Told, held: Held) -> None:
    for statement in ("SELECT endpoint FROM push_device", "SELECT * FROM push_targets(NULL, NULL, now())"):
        refused = pytest.raises(ProgrammingError, match="permission denied")
        with app.app_context(), refused, hub_scope(told.hub_id), unit_of_work():
            db.session.execute(text(statement))


LOST = {"kind": "moderation_waiting", "about": "case:1", "path": "/manage/moderation/1"}


def test_what_only_a_role_would_see_is_told_to_nobody_who_lost_it(
    app: HubFlask, told: Told, service: PushService, held: Held
) -> None:
    context = {"cause": "report", "title": "A ladder"}
    with app.app_context():
        with hub_scope(told.hub_id), unit_of_work():
            member = membership.member(told.reader)
            assert member is not None
            roles.grant_role(
                membership_id=member.id, role="helper", permissions=["moderation.act"], actor=SYSTEM, now=clock.now()
            )
        named(told, "1", **LOST, context=context)
    run_all(app, only=services.PUSH_DUE)
    assert push_jobs(app) == 1
    with app.app_context():
        # As somebody tells who still saw them in the team.
        with hub_scope(told.hub_id), unit_of_work():
            roles.revoke_role(membership_id=member.id, actor=SYSTEM, now=clock.now())
        assert [one.is_shown for one in notices(told.reader)] == [False]
        named(told, "2", **{**LOST, "about": "case:2"}, context=context)
    run_all(app)
    assert service.received == []
    with app.app_context():
        assert mails(told.reader) == []
