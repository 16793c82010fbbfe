"""Rule versions: the published defaults, in force by date, and kept as they were once used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hubapp.earnings.shares import queries
from hubapp.earnings.shares.errors import UnknownRules
from hubapp.earnings.shares.models import ShareRuleVersion
from hubapp.earnings.shares.rules import FeeBearer, Rules, Tier
from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.books import carls_hub, settled
from tests.factories.hubs import NOW, make_hub

FLAT = Rules((Tier(None, 100),), 100, 100, 5)


@pytest.fixture
def central(app: HubFlask) -> Iterator[None]:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        yield


def add(key: str, effective_from: datetime, *, published: bool = True) -> None:
    db.session.add(ShareRuleVersion(key=key, effective_from=effective_from, rules=FLAT.as_json(), published=published))
    db.session.flush()


def test_the_first_versions_are_the_published_defaults(central: None) -> None:
    rules = Rules((Tier(5000, 500), Tier(20_000, 600), Tier(None, 700)), 500, 300, 16)
    assert queries.rules_of("default-1").rules == rules
    version = queries.rules(NOW)
    assert version.key == "default-2"
    assert version.rules == replace(rules, cross_hub_bps=100)


def test_a_version_comes_into_force_on_its_day(central: None) -> None:
    add("spring", NOW + timedelta(days=5))
    assert queries.rules(NOW).key == "default-2"
    assert queries.rules(NOW + timedelta(days=5)).key == "spring"


def test_an_unpublished_version_is_used_only_by_its_key(central: None) -> None:
    add("history", NOW - timedelta(days=1), published=False)
    assert queries.rules(NOW).key == "default-2"
    assert queries.rules_of("history").rules == FLAT


def test_unknown_rules_are_refused(central: None) -> None:
    with pytest.raises(UnknownRules):
        queries.rules_of("nothing")
    with pytest.raises(UnknownRules):
        queries.rules(datetime(1999, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("statement", ["UPDATE share_rule_version SET rules = '{}'", "DELETE FROM share_rule_version"])
def test_a_version_that_was_used_stays_as_it_is(app: HubFlask, statement: str) -> None:
    with app.app_context():
        with hub_scope(carls_hub()), unit_of_work():
            settled()
        db.engines["central"].execute(text("RESET ROLE"))  # type: ignore[attr-defined]  here the engine is the connection
        with pytest.raises(DBAPIError, match="was used"):
            db.engines["central"].execute(text(statement))  # type: ignore[attr-defined]


def test_a_hub_cannot_write_rules(app: HubFlask) -> None:
    with app.app_context(), hub_scope(make_hub()), pytest.raises(DBAPIError, match="permission denied"), unit_of_work():
        db.session.execute(text("UPDATE share_rule_version SET published = false"))


def test_who_bears_the_fee_of_a_lost_dispute_is_a_rule_and_the_core_where_it_is_not_said() -> None:
    old = {name: value for name, value in FLAT.as_json().items() if name != "dispute_fee_bearer"}
    assert Rules.from_json(old).dispute_fee_bearer == FeeBearer.CORE
    told = Rules.from_json(json.loads(json.dumps({**old, "dispute_fee_bearer": "seller"})))
    assert told.dispute_fee_bearer is FeeBearer.SELLER
    with pytest.raises(ValueError, match="nobody"):
        Rules.from_json({**old, "dispute_fee_bearer": "nobody"})
