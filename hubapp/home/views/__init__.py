"""Pages of a hub's and the network's front, and of the connector's shell."""

from hubapp.home.views import (
    arranging,
    brand,
    central,
    files,
    front,
    health,
    manage,
    search,
    switching,
    versions,
    writing,
)

blueprints = (
    files.blueprint,
    files.central_blueprint,
    front.blueprint,
    manage.blueprint,
    brand.blueprint,
    writing.blueprint,
    arranging.blueprint,
    switching.blueprint,
    versions.blueprint,
    central.blueprint,
    search.blueprint,
    search.network_blueprint,
    health.hub_blueprint,
    health.central_blueprint,
)
