"""What the tests of one worker share because it takes long to make."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import Live
from tests.journeys.money_machine.world import Worlds


@pytest.fixture(scope="session")
def worlds(stage: Live) -> Iterator[Worlds]:
    """Worlds of the money machine, by the name of the stage on which they play."""
    made: Worlds = {}
    yield made
    for world in made.values():
        world.remove()
