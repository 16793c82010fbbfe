"""What tests of the queue share."""

from __future__ import annotations

import pytest

from hubapp.jobs import queue
from tests.conftest import Live


@pytest.fixture
def no_schedule(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that does what a test gives it, and nothing that the time of day asks for."""
    monkeypatch.setattr(queue, "schedule", [])
