"""Pages of the central team."""

from hubapp.console.views import connectors, hubs, jobs, ledger, mails, manual, people, reports, selling, wizard
from hubapp.console.views.blueprint import blueprint

__all__ = [
    "blueprints",
    "connectors",
    "hubs",
    "jobs",
    "ledger",
    "mails",
    "manual",
    "people",
    "reports",
    "selling",
    "wizard",
]

blueprints = (blueprint,)
