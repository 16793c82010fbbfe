"""A hub in scope with a few members."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest

from hubapp.community.gatherings import queries, services
from hubapp.community.gatherings.models import Gathering
from hubapp.community.gatherings.policies.recurrence import When
from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.conftest import Live
from tests.factories.evening import Evening, open_evening
from tests.factories.gatherings import SATURDAY, make_gathering
from tests.factories.hubs import make_hub
from tests.factories.members import make_member
from tests.factories.payments import Till, open_till


@dataclass(frozen=True, slots=True)
class Place:
    """A hub with people, by name."""

    app: HubFlask
    hub_id: int
    people: dict[str, UUID]

    def __getattr__(self, name: str) -> UUID:
        return self.people[name]


NAMES = ("ann", "ben", "cleo", "dan")


@pytest.fixture
def lyon(app: HubFlask) -> Place:
    with app.app_context():
        hub_id = make_hub("lyon", home={"nav": ["home", "events", "market"]})
        people = {name: make_member(hub_id, name.title()).account_id for name in NAMES}
        people["maud"] = make_member(hub_id, "Maud", role="connector").account_id
    return Place(app, hub_id, people)


@pytest.fixture
def inside(lyon: Place) -> Iterator[Place]:
    with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
        yield lyon


def soon() -> When:
    """Three days from now: pages read the clock."""
    return When((clock.now() + timedelta(days=3)).date(), SATURDAY.at, 120)


def one(lyon: Place, **values: object) -> Gathering:
    with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
        return make_gathering(when=soon(), now=clock.now(), **values)  # type: ignore[arg-type]


def come(lyon: Place, found: Gathering, who: UUID, seats: int = 1, **answers: str) -> list[str]:
    """Codes of their tickets."""
    with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
        registration = services.register(
            gathering_id=found.id, account_id=who, seats_wanted=seats, answers=answers, now=clock.now()
        )
        return [ticket.code for ticket in queries.tickets([registration.id]).get(registration.id, ())]


Act = Callable[[], object]


@pytest.fixture
def till(live: Live) -> Iterator[Till]:
    """An application on databases of its own with its sandbox."""
    opened = open_till(live.app)
    yield opened
    opened.sandbox.close()
    clock.set_offset(clock.timedelta(0))


@pytest.fixture
def evening(till: Till) -> Evening:
    """Two seats that cost something."""
    return open_evening(till, capacity=2)
