"""Pages of gatherings."""

from __future__ import annotations

from hubapp.community.gatherings.views import checkin, events, managing, people, tickets

blueprints = (events.pages, tickets.pages, managing.pages, people.pages, checkin.pages)
