"""The clock: business time beside real time, and both standing still while a past is made up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hubapp.kernel import clock
from tests.factories.hubs import NOW


def test_held_no_time_passes_and_business_time_moves_only_when_told() -> None:
    with clock.held(NOW):
        clock.set_offset(timedelta(hours=3))
        assert (clock.wall(), clock.now()) == (NOW, NOW + timedelta(hours=3))
        with clock.held():
            assert clock.wall() == NOW
        assert clock.wall() == NOW
        clock.set_offset(timedelta(0))
    assert clock.wall() != NOW


def test_time_goes_on_after_what_failed() -> None:
    with pytest.raises(ValueError, match="half-way"), clock.held(NOW):
        raise ValueError("half-way")
    assert clock.wall() != NOW
