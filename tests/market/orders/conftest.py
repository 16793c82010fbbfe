"""A stall with the real sandbox behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from hubapp.kernel import clock
from tests.conftest import Live
from tests.factories.payments import open_till
from tests.factories.stall import Stall, open_stall


@pytest.fixture
def stall(live: Live) -> Iterator[Stall]:
    """A hub's shop whose payments are the sandbox's."""
    till = open_till(live.app)
    yield open_stall(till)
    till.sandbox.close()
    clock.set_offset(timedelta(0))
