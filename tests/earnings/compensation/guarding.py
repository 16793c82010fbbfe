"""A period that is being closed, for trying its guard as each role of the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Connection

from hubapp.kernel import ids
from tests.factories.plans import Network

PERIOD = text(
    "INSERT INTO plan_period (id, currency, first_day, end_day, timezone, event_time, version_id, status, cutoff,"
    " inputs_digest, result_digest) VALUES (:id, 'EUR', '2027-01-01', '2027-02-01', 'Europe/Paris', 'handed_over_at',"
    " :version, 'closing', :cutoff, 'i', 'r')"
)
RUN = text(
    "INSERT INTO plan_run (id, period_id, kind, inputs_digest, result_digest, cutoff, run_at, figures)"
    " VALUES (:id, :period, :kind, 'i', 'r', :cutoff, :cutoff, '{}')"
)
LINE = text(
    "INSERT INTO plan_line (id, period_id, run_id, account_id, component, component_type, amount, exact, forfeited,"
    " reason, in_hub_id, sale_id, sale_hub_id) VALUES (:id, :period, :run, :account, 'x', :kind, :amount, 0, 0, '',"
    " :hub, :sale, :sale_hub)"
)
RIGHT = text(
    "WITH zero AS (INSERT INTO order_share (hub_id, id, number, currency, gross, base, fee, refunded, source, month,"
    " rule_key, settled_at) SELECT :hub, :line, '', :currency, 0, 0, 0, 0, 'compensation', '2027-01-01',"
    " (SELECT min(key) FROM share_rule_version), now())"
    " INSERT INTO earning_right (hub_id, id, order_id, position, owner, role, purpose, currency, amount, reversed,"
    " claimed, is_vacant, earned_at, available_at, explanation) VALUES (:hub, uuidv7(), :line, 0, :owner, 'plan',"
    " 'owed', :currency, :amount, 0, 0, false, now(), now(), '{}')"
)


@dataclass
class Books:
    """A period that is being closed, on a connection that plays the roles."""

    connection: Connection
    network: Network
    period: UUID
    run: UUID
    other_hub: int

    def acts_as(self, role: str, hub_id: int | None = None) -> None:
        hub = "" if hub_id is None else str(hub_id)
        self.connection.exec_driver_sql(f"SET LOCAL ROLE hubapp_{role}; SET LOCAL app.hub_id = '{hub}'")

    def writes(self, name: str, kind: str, sale: UUID | None, **values: Any) -> UUID:
        line = ids.uuid7()
        usual = {
            "id": line,
            "period": self.period,
            "run": self.run,
            "account": self.network.people[name],
            "kind": kind,
            "amount": 100,
            "hub": self.network.hub_id,
            "sale": sale,
            "sale_hub": self.network.hub_id,
        }
        with self.connection.begin_nested():
            self.connection.execute(LINE, {**usual, **values})
        return line

    def gives(self, line: UUID, name: str, **values: Any) -> None:
        usual = {
            "hub": self.network.hub_id,
            "line": line,
            "owner": f"account:{self.network.people[name]}",
            "amount": 100,
            "currency": "EUR",
        }
        with self.connection.begin_nested():
            self.connection.execute(RIGHT, {**usual, **values})


def acting(found: Books, role: str) -> Books:
    """Sales are made by the hub; whoever is tried acts afterwards."""
    sells = found.network.sells

    def sold(*args: Any, **values: Any) -> UUID:
        sale = sells(*args, **values)
        found.acts_as(role)
        return sale

    found.network.sells = sold  # type: ignore[method-assign]
    found.acts_as(role)
    return found
