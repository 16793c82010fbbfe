"""Pages of notifications, in every hub and on the central site: the list, wishes, devices, unsubscribing."""

from __future__ import annotations

from hubapp.people.notifications.views import choosing, devices, listing, unsubscribing
from hubapp.people.notifications.views.blueprint import CENTRAL, HUB

__all__ = ["blueprints", "choosing", "devices", "listing", "unsubscribing"]

blueprints = (HUB, CENTRAL)
