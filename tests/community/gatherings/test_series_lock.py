"""What the lock of a series prevents: somebody else comes between reading and writing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from hubapp.community.gatherings import services
from hubapp.community.gatherings.models import Frequency
from hubapp.community.gatherings.services import Repeat
from hubapp.kernel.db import unit_of_work
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.gatherings import all_of, make_gathering
from tests.factories.hubs import NOW, make_hub
from tests.factories.races import overtaken, without_lock

LATER = NOW + timedelta(days=30)
NEXT = 5  # the first date after LATER


@pytest.fixture
def hub_id(live: Live) -> int:
    with live.app.app_context():
        return make_hub("lyon")


def doing(live: Live, hub_id: int, act: Callable[[], Any]) -> Callable[[], Any]:
    def done() -> Any:
        with live.app.app_context(), hub_scope(hub_id), unit_of_work():
            return act()

    return done


def weekly(live: Live, hub_id: int) -> UUID:
    series_id: UUID = doing(live, hub_id, lambda: make_gathering(repeat=Repeat(Frequency.WEEKLY)).series_id)()
    return series_id


def extend_twice(live: Live, hub_id: int) -> tuple[int, int]:
    """Two jobs make the dates that are due; how many each of them made."""
    series_id = weekly(live, hub_id)
    extend = doing(live, hub_id, lambda: services.extend(series_id=series_id, now=LATER))
    with overtaken(live.app, "gathering_series", extend) as other:
        made: int = extend()
    return made, other.answer


def test_dates_are_made_by_one_job(live: Live, hub_id: int) -> None:
    made, made_by_the_other = extend_twice(live, hub_id)
    assert made > 0
    assert made_by_the_other == 0


def test_without_the_series_lock_only_the_dates_numbers_stop_the_second_job(live: Live, hub_id: int) -> None:
    unlocked = without_lock("community.gatherings.services.rows.series_for_change")
    with unlocked, pytest.raises(IntegrityError, match="series_id_number"):
        extend_twice(live, hub_id)


def end_while_extending(live: Live, hub_id: int) -> set[str]:
    """Somebody calls off a date and all that follow while the job makes more of them; what these are then."""
    series_id = weekly(live, hub_id)
    first = doing(live, hub_id, lambda: all_of(series_id)[NEXT].id)()
    off: dict[str, Any] = {"gathering_id": first, "reason": "The house is sold.", "with_following": True}
    end = doing(live, hub_id, lambda: services.cancel_gathering(**off, now=LATER))
    with overtaken(live.app, "gathering_series", end):
        doing(live, hub_id, lambda: services.extend(series_id=series_id, now=LATER))()
    return {one.status for one in doing(live, hub_id, lambda: all_of(series_id))()[NEXT:]}


def test_no_date_takes_place_after_the_end_of_its_series(live: Live, hub_id: int) -> None:
    assert end_while_extending(live, hub_id) == {"canceled"}


def test_without_the_series_lock_people_are_invited_to_dates_that_were_called_off(live: Live, hub_id: int) -> None:
    with without_lock("community.gatherings.services.rows.series_for_change"):
        assert end_while_extending(live, hub_id) == {"canceled", "published"}
