"""Pages of notifications, in every hub and on the central site: the list, what one wants to be told, unsubscribing."""

from __future__ import annotations

from hubapp.people.notifications.views import choosing, listing, unsubscribing
from hubapp.people.notifications.views.blueprint import CENTRAL, HUB

__all__ = ["blueprints", "choosing", "listing", "unsubscribing"]

blueprints = (HUB, CENTRAL)
