"""Pages of the central team."""

from hubapp.console.views import (
    appeals,
    connectors,
    disputes,
    hubs,
    jobs,
    ledger,
    mails,
    manual,
    payouts,
    people,
    plan_people,
    plan_periods,
    reconciliation,
    refunds,
    reports,
    retainers,
    selling,
    wizard,
)
from hubapp.console.views.blueprint import blueprint

__all__ = [
    "appeals",
    "blueprints",
    "connectors",
    "disputes",
    "hubs",
    "jobs",
    "ledger",
    "mails",
    "manual",
    "payouts",
    "people",
    "plan_people",
    "plan_periods",
    "reconciliation",
    "refunds",
    "reports",
    "retainers",
    "selling",
    "wizard",
]

blueprints = (blueprint,)
