"""A till: an application with the real sandbox behind it. A shop: the sandbox alone, held to the contract."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from hubapp.kernel import clock
from hubapp.money.payments.sandbox.engine import Sandbox
from tests.conftest import Live
from tests.factories.gateways import checked_gateway
from tests.factories.hubs import make_hub
from tests.factories.payments import Till, open_till
from tests.factories.sandbox import Shop, cloned_sandbox, execute, make_template


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


@pytest.fixture(scope="session")
def sandbox_template(postgres_server: str, worker_id: str) -> Iterator[str]:
    """Name of an installed sandbox database to clone."""
    name = f"test_sbx_template_{worker_id}_{os.getpid()}"
    make_template(postgres_server, name)
    yield name
    execute(postgres_server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def sandbox(postgres_server: str, sandbox_template: str, worker_id: str) -> Iterator[Sandbox]:
    """A sandbox on a database of its own."""
    with cloned_sandbox(postgres_server, sandbox_template, f"test_sbx_{worker_id}_{os.getpid()}") as made:
        yield made


@pytest.fixture
def shop(sandbox: Sandbox) -> Shop:
    """The sandbox with its gateway."""
    return Shop(checked_gateway(sandbox), sandbox)
