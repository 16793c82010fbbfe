"""Pages of the central team."""

from hubapp.console.views import (
    connectors,
    disputes,
    hubs,
    jobs,
    payouts,
    people,
    reconciliation,
    refunds,
    selling,
    wizard,
)
from hubapp.console.views.blueprint import blueprint

__all__ = [
    "blueprints",
    "connectors",
    "disputes",
    "hubs",
    "jobs",
    "payouts",
    "people",
    "reconciliation",
    "refunds",
    "selling",
    "wizard",
]

blueprints = (blueprint,)
