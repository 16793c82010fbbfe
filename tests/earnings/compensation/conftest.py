"""What several files of this folder try the database's guard with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.engine import Connection

from hubapp.kernel import ids
from tests.earnings.compensation.guarding import PERIOD, RUN, Books, acting
from tests.factories.hubs import make_hub
from tests.factories.plans import CLOSING, announced, make_network


@pytest.fixture(params=["central", "owner"])
def books(app: Flask, connection: Connection, request: pytest.FixtureRequest) -> Iterator[Books]:
    with app.app_context():
        network = make_network()
        network.joins("dan", "ada")
        other = make_hub("tunis")
        version, period, run = announced(), ids.uuid7(), ids.uuid7()
        found = Books(connection, network, period, run, other)
        found.acts_as("central")
        connection.execute(PERIOD, {"id": period, "version": version.id, "cutoff": CLOSING})
        connection.execute(RUN, {"id": run, "period": period, "kind": "close", "cutoff": CLOSING})
        yield acting(found, request.param)
