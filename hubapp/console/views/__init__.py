"""Pages of the central team."""

from hubapp.console.views import connectors, hubs, jobs, people, reconciliation, selling, wizard
from hubapp.console.views.blueprint import blueprint

__all__ = ["blueprints", "connectors", "hubs", "jobs", "people", "reconciliation", "selling", "wizard"]

blueprints = (blueprint,)
