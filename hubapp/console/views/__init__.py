"""Pages of the central team."""

from hubapp.console.views import (
    appeals,
    connectors,
    disputes,
    hubs,
    invoices,
    jobs,
    ledger,
    mails,
    manual,
    payouts,
    people,
    plan_people,
    plan_periods,
    plan_previews,
    plans,
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
    "invoices",
    "jobs",
    "ledger",
    "mails",
    "manual",
    "payouts",
    "people",
    "plan_people",
    "plan_periods",
    "plan_previews",
    "plans",
    "reconciliation",
    "refunds",
    "reports",
    "retainers",
    "selling",
    "wizard",
]

blueprints = (blueprint,)
