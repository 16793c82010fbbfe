"""Places are listed by what a column holds, ascending, as a search would find them."""

from __future__ import annotations

import random

import numpy as np
import pytest

from hubapp.earnings.compensation.plans.listing import Listing


@pytest.mark.parametrize(("size", "many"), [(1, 0), (3, 1), (40, 1_000), (1_000, 40)])
def test_every_key_has_the_places_that_hold_it(size: int, many: int) -> None:
    chance = random.Random(size)
    keys = [chance.randrange(-1, size) for _ in range(many)]
    listing = Listing(np.array(keys, np.int32), size)
    for key in range(size):
        assert listing.of(key) == [place for place, one in enumerate(keys) if one == key]
