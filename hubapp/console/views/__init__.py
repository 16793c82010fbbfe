"""Pages of the central team."""

from hubapp.console.views import connectors, hubs, jobs, payouts, people, selling, wizard
from hubapp.console.views.blueprint import blueprint

__all__ = ["blueprints", "connectors", "hubs", "jobs", "payouts", "people", "selling", "wizard"]

blueprints = (blueprint,)
