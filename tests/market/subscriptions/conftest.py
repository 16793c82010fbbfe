"""A till whose commits are real, and its clock put back afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hubapp.kernel import clock
from tests.conftest import Live
from tests.factories.payments import Till, open_till


@pytest.fixture
def till(live: Live) -> Iterator[Till]:
    """An application on databases of its own with its sandbox."""
    opened = open_till(live.app)
    yield opened
    opened.sandbox.close()
    clock.set_offset(clock.timedelta(0))
