"""The blueprint of the pages that everybody sees."""

from __future__ import annotations

from hubapp.web import areas

pages = areas.hub_blueprint("conversations", __name__)
