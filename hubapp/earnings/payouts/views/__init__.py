"""Pages about one's own money: earnings, the payout account, documents."""

from __future__ import annotations

from flask import Blueprint

from hubapp.earnings.payouts.views import account, documents, earnings
from hubapp.earnings.payouts.views.blueprint import pages

__all__ = ["account", "blueprints", "documents", "earnings"]

blueprints: tuple[Blueprint, ...] = (pages,)
