"""The blueprint of the pages about one's own money in one hub."""

from __future__ import annotations

from hubapp.web.areas import hub_blueprint

pages = hub_blueprint("payouts", __name__)
FOLDER = "earnings/payouts"
