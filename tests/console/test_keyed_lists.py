"""Lists of the console that were cut off: each goes on by key, shows every row once, and costs the same on any page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from hubapp.community.moderation import network as moderation
from hubapp.community.moderation.models import ModerationAction, ModerationCase
from hubapp.console.views import disputes as disputes_page
from hubapp.console.views import refunds as refunds_page
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.orders import network as orders
from hubapp.market.orders.models import Order
from hubapp.market.orders.refund_models import RefundRequest
from hubapp.money.payments import dispute_network
from hubapp.money.payments.dispute_models import Dispute
from hubapp.tenancy import network
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.console.conftest import Browser
from tests.factories.cases import make_case
from tests.factories.hubs import NOW, make_hub
from tests.factories.market import make_shop
from tests.factories.members import make_connector
from tests.support.copied import copied
from tests.support.paged import cost, following, seen

DAY = timedelta(days=1)
DISPUTE, REFUND = r'href="/console/disputes/([0-9a-f-]{36})"', r'href="/console/refunds/([0-9a-f-]{36})"'
CASE = r'href="/console/appeals/cases/([0-9a-f-]{36})"'
CONNECTORS, VACANT = "Reported about connectors", "Waiting in hubs without a connector"
OWN, REFUNDS = "Decided in the hub's place", "Waiting for the network"
WON: dict[str, Any] = {"outcome": "won", "status": "won", "withdrawn": 0}
SAID: dict[str, Any] = {"act": "warn", "words": "Please stay kind.", "by_name": "Noor", "by_core": True, "at": NOW}


def in_two_hubs(app: HubFlask, make: Callable[[], list[UUID]]) -> list[str]:
    """Each with a dispute and a refund request, and what `make` makes of them there; answers the ids of the latter."""
    found: list[UUID] = []
    with app.app_context():
        for slug in ("lyon", "tunis"):
            shop = make_shop(slug)
            make_case(shop)
            with hub_scope(shop.hub_id), unit_of_work():
                found += make()
    return [str(one) for one in found]


def once(shown: list[list[str]], size: int) -> list[str]:
    """All that was seen; each but the last page was full, and nothing came twice."""
    together = [one for page in shown for one in page]
    assert [len(page) for page in shown[:-1]] == [size] * (len(shown) - 1)
    assert len(shown) > 2
    assert len(together) == len(set(together))
    return together


def test_open_disputes_go_on_by_deadline_and_those_without_one_come_last(app: HubFlask, central: Browser) -> None:
    deadlines = [None, NOW + DAY, NOW + 2 * DAY]

    def make() -> list[UUID]:
        return copied(Dispute, ({"provider_id": f"du_{n}", "due_by": deadlines[n % 3]} for n in range(66)))

    made = in_two_hubs(app, make)
    shown = once(seen(central.get, "/console/disputes", DISPUTE), disputes_page.PAGE)
    assert set(shown) >= set(made)
    assert len(shown) == len(made) + 2
    # The two that were there before have the nearest deadline.
    late = {one for number, one in enumerate(made) if number % 66 % 3 == 0}
    assert set(shown[-len(late) :]) == late
    assert shown[-len(late) :] == sorted(late)


def test_disputes_that_are_over_go_on_too(app: HubFlask, central: Browser) -> None:
    def make() -> list[UUID]:
        changes = ({"provider_id": f"du_{n}", "closed_at": NOW + n % 2 * DAY, **WON} for n in range(55))
        return copied(Dispute, changes)

    made = in_two_hubs(app, make)
    shown = once(seen(central.get, "/console/disputes?over=1", DISPUTE), disputes_page.PAGE)
    later = {one for number, one in enumerate(made) if number % 55 % 2 == 1}
    assert set(shown[: len(later)]) == later
    assert set(shown) == set(made)


def test_refunds_that_were_decided_go_on(app: HubFlask, central: Browser) -> None:
    amounts = iter(range(1_001, 1_200))

    def make() -> list[UUID]:
        decided = {"status": "declined", "decided_at": NOW}
        return copied(RefundRequest, ({"asked": next(amounts), **decided} for _number in range(60)))

    made = in_two_hubs(app, make)
    shown = seen(central.get, "/console/refunds", r"€(1\d\.\d\d)<", "Decided last, anywhere")
    assert sorted(once(shown, refunds_page.PAGE)) == [
        f"{amount / 100:.2f}" for amount in range(1_001, 1_001 + len(made))
    ]


def test_refunds_that_wait_go_on(app: HubFlask, central: Browser) -> None:
    def make() -> list[UUID]:
        sold = copied(Order, ({"number": 1_000 + n} for n in range(60)))
        return copied(RefundRequest, ({"order_id": one, "level": "core", "due_at": NOW} for one in sold))

    made = in_two_hubs(app, make)
    assert sorted(once(seen(central.get, "/console/refunds", REFUND, REFUNDS), refunds_page.PAGE)) == sorted(made)


@pytest.fixture
def reported(app: HubFlask) -> list[str]:
    """What waits about connectors of two hubs."""
    with app.app_context():
        return [str(case) for slug in ("lyon", "tunis") for case in cases(slug, 35)]


def cases(slug: str, count: int, **values: Any) -> Iterator[UUID]:
    """Cases about the connector of a new hub (needs an application context)."""
    hub_id = make_hub(slug)
    subject_id = make_connector(hub_id).account_id
    same = {"kind": "post", "subject_id": subject_id, "cause": "report", "opened_at": NOW, "report_count": 1, **values}
    with hub_scope(hub_id), unit_of_work():
        rows = [ModerationCase(thing_id=uuid4(), **same) for _number in range(count)]
        db.session.add_all(rows)
        db.session.flush()
        if values:
            about = {"subject_id": subject_id, **SAID}
            db.session.add_all(ModerationAction(case_id=row.id, **about) for row in rows)
        yield from [row.id for row in rows]


def test_cases_about_connectors_go_on(central: Browser, reported: list[str]) -> None:
    shown = once(seen(central.get, "/console/appeals", CASE, CONNECTORS), moderation.PAGE)
    assert shown == sorted(reported)


def test_what_the_core_decided_goes_on(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        made = [str(case) for slug in ("lyon", "tunis") for case in cases(slug, 35, closed_at=NOW)]
    shown = once(seen(central.get, "/console/appeals?state=done", CASE, OWN), moderation.PAGE)
    assert sorted(shown) == sorted(made)


def test_vacant_hubs_go_on_also_where_all_waited_equally_long(app: HubFlask, central: Browser) -> None:
    wanted = [f"quiet-{number}" for number in range(2 * moderation.PAGE + 3)]
    with app.app_context():
        for number, slug in enumerate(wanted):
            values = {"kind": "post", "cause": "report", "opened_at": NOW + number % 2 * DAY}
            with hub_scope(make_hub(slug)), unit_of_work():
                db.session.add_all(ModerationCase(thing_id=uuid4(), **values) for _number in range(2))
    pattern = r'href="/console/hubs/(quiet-\d+)/moderation"'
    assert once(seen(central.get, "/console/appeals", pattern, VACANT), moderation.PAGE) == wanted[::2] + wanted[1::2]


def test_one_list_keeps_the_place_of_the_others_and_nothing_else(central: Browser, reported: list[str]) -> None:
    page = central.get(f"/console/appeals?key={reported[0]}&vacant=x&_scheme=mailto&_external=1&other=2").text
    path = following(page, CONNECTORS)
    assert path.startswith("/console/appeals?")
    assert path.endswith("#connectors")
    assert f"key={reported[0]}" in path
    assert "other" not in path
    first = central.get(path).text.split('rel="prev"')
    assert [f"key={reported[0]}" in link.split(">")[0] for link in first[1:]] == [False, True]


@pytest.mark.parametrize(
    "path",
    [
        "disputes?key=x",
        "disputes?key=_x",
        "disputes?over=1&key=_0199b0f5-7a1e-7000-8000-000000000000",
        "disputes?page=2",
        "appeals?cases=x&vacant=2026-01-01T00:00:00_1&key=x",
        "appeals?vacant=2026-01-01T00:00:00%2B00:00_9999999999999999999",
        "appeals?state=done&decided=x",
        "refunds?waiting=x&decided=2026-01-01_x",
    ],
)
def test_a_place_that_is_none_is_the_beginning(central: Browser, reported: list[str], path: str) -> None:
    page = central.get(f"/console/{path}")
    assert page.status_code == 200
    assert 'rel="prev"' not in page.text


def test_full_pages_cost_what_short_ones_do(app: HubFlask, central: Browser) -> None:
    paths = {"/console/disputes": "", "/console/refunds": "Decided last, anywhere", "/console/appeals": CONNECTORS}

    def fill(count: int) -> list[UUID]:
        copied(Dispute, ({"provider_id": f"du_{count}_{n}"} for n in range(count)))
        return copied(RefundRequest, ({"status": "declined", "decided_at": NOW} for _number in range(count)))

    in_two_hubs(app, lambda: fill(1))
    with app.app_context():
        list(cases("paris", 1))
    few = [cost(central.get, path) for path in paths]
    with app.app_context():
        with platform_scope(reason="test"), unit_of_work():
            others = [hub.id for hub in network.hubs(limit=10) if hub.slug != "paris"]
        for hub_id in others:
            with hub_scope(hub_id), unit_of_work():
                fill(60)
        list(cases("rome", 60))
    following_ones = [following(central.get(path).text, of) for path, of in paths.items()]
    assert all(following_ones)
    assert [cost(central.get, path) for path in paths] == few
    assert [cost(central.get, path) for path in following_ones] == few


@pytest.mark.parametrize(
    ("index", "look"),
    [
        ("ix_dispute_nearest", lambda at: dispute_network.nearest(after=at, limit=50)),
        ("ix_dispute_nearest", lambda at: dispute_network.nearest(after=(None, at[1]), limit=50)),
        ("ix_dispute_over", lambda at: dispute_network.over(before=at, limit=50)),
        ("ix_refund_request_nearest", lambda at: orders.waiting_for_core(after=at, limit=50)),
        ("ix_refund_request_decided", lambda at: orders.decided(before=at, limit=50)),
    ],
)
def test_a_list_is_read_from_its_index_from_its_place_on(
    app: HubFlask, index: str, look: Callable[[tuple[datetime, UUID]], object]
) -> None:
    plan = plan_of(app, lambda: look((NOW, uuid4())))
    assert re.search(rf"Index Scan (Backward )?using {index} .*\n +Index Cond: \(ROW\(", plan), plan
    assert "Sort" not in plan


def plan_of(app: HubFlask, look: Callable[[], object]) -> str:
    """How the database would do it if there were much of it."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
        asked.append((statement, values))

    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        for way in ("seqscan", "sort", "bitmapscan", "hashjoin", "mergejoin"):
            db.session.execute(text(f"SET LOCAL enable_{way} = off"))
        event.listen(Engine, "before_cursor_execute", note)
        try:
            look()
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        ((statement, values),) = asked
        return "\n".join(row[0] for row in db.session.connection().exec_driver_sql(f"EXPLAIN {statement}", values))
