"""Where somebody would get less, people are told longer ahead: a draft is replayed over what was closed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from hubapp.earnings.compensation.errors import TooSoon
from tests.earnings.compensation.closing import close
from tests.factories.plans import CLOSING, Network, announced, make_network

NEXT, MARCH, APRIL = ("version = 1", "version = 2"), ("2027-01-01", "2027-03-01"), ("2027-01-01", "2027-04-01")
LESS = ("{from=0, bps=1000}", "{from=0, bps=900}")
MORE = ("{from=0, bps=1000}", "{from=0, bps=1100}")


@pytest.fixture
def network(app: Flask) -> Iterator[Network]:
    """Three sold something in January, which is closed on 18 February."""
    with app.app_context():
        network = make_network()
        announced()
        for name in ("ada", "ben", "cem"):
            network.sells(name)
        close()
        yield network


def test_thirty_days_where_somebody_would_get_less(network: Network) -> None:
    with pytest.raises(TooSoon, match=r"not before Mar 20, 2027\. .* 3 people would have got less"):
        announced(NEXT, MARCH, LESS, now=CLOSING)
    assert announced(("version = 1", "version = 3"), APRIL, LESS, now=CLOSING).status == "announced"


def test_a_day_where_nobody_would(network: Network) -> None:
    assert announced(NEXT, MARCH, MORE, now=CLOSING).status == "announced"


def test_who_gets_more_elsewhere_does_not_hide_who_gets_less(network: Network) -> None:
    with pytest.raises(TooSoon, match="1 person would have got less"):
        announced(NEXT, MARCH, MORE, ("{from=0, bps=500}", "{from=0, bps=400}"), now=CLOSING)
