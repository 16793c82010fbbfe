"""A town with two hubs on a till."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hubapp.kernel import clock
from tests.conftest import Live
from tests.factories.earning import Town
from tests.factories.payments import open_till


@pytest.fixture
def town(live: Live) -> Iterator[Town]:
    """Two hubs without sales."""
    till = open_till(live.app)
    opened = Town(till, [])
    opened.hub("lyon")
    opened.hub("nantes")
    yield opened
    till.sandbox.close()
    clock.set_offset(clock.timedelta(0))
