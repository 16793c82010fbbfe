"""A till: an application on databases of its own with the real sandbox behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hubapp.kernel import clock
from tests.conftest import Live
from tests.factories.hubs import make_hub
from tests.factories.payments import Till, open_till


@pytest.fixture
def till(live: Live) -> Iterator[Till]:
    """An application whose commits are real, with its sandbox."""
    opened = open_till(live.app)
    yield opened
    opened.sandbox.close()
    clock.set_offset(clock.timedelta(0))


@pytest.fixture
def hub(till: Till) -> int:
    """One hub."""
    with till.app.app_context():
        return make_hub("lyon")
