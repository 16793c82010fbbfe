"""The hub that pages are measured on is one that could be: what was bought there is paid, and nothing was refused."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import text

from hubapp.kernel.db import db
from hubapp.money.payments import plug
from tests.benchmarks import town
from tests.conftest import Live


def test_every_sale_has_a_card_page_and_none_was_refused(live: Live) -> None:
    plug.install_sandbox(live.server)
    town.build(live.app)
    with live.app.app_context(), db.engines["central"].connect() as connection:
        commands = connection.execute(text("SELECT kind, status, error_code FROM gateway_command"))
        found = Counter(map(tuple, commands))
        payments = set(connection.scalars(text("SELECT status FROM payment")))
        paid = connection.scalar(text("SELECT count(*) FROM orders WHERE paid_at IS NOT NULL"))
        unpaid = connection.scalar(text("SELECT count(*) FROM orders WHERE paid_at IS NULL"))
    assert found == {("checkout.create", "done", None): town.ORDERS}
    assert payments == {"open"}
    assert (paid, unpaid) == (town.ORDERS, 0)
