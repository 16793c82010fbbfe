"""Pages of the catalogue: the market for everybody, selling for members, managing for the hub."""

from hubapp.market.catalogue.views import managing, market, selling

blueprints = (market.pages, selling.pages, managing.pages)
