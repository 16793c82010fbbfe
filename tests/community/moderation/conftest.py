"""A hub with something to moderate."""

from __future__ import annotations

import pytest

from hubapp.web.areas import HubFlask
from tests.factories.moderating import Bench, make_bench


@pytest.fixture
def bench(app: HubFlask) -> Bench:
    return make_bench(app)
