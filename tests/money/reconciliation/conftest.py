"""An auditor in a town with two hubs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hubapp.kernel import clock
from tests.conftest import Live
from tests.factories.comparing import Auditor
from tests.factories.earning import Town
from tests.factories.payments import open_till


@pytest.fixture
def auditor(live: Live) -> Iterator[Auditor]:
    """Two hubs without sales, and somebody who compares."""
    till = open_till(live.app)
    town = Town(till, [])
    town.hub("lyon")
    town.hub("nantes")
    yield Auditor(town, live.server)
    till.sandbox.close()
    clock.set_offset(clock.timedelta(0))
