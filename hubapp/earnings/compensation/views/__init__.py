"""Pages of compensation."""

from __future__ import annotations

from flask import Blueprint

from hubapp.earnings.compensation.views import proof

__all__ = ["blueprints", "proof"]

blueprints: tuple[Blueprint, ...] = (proof.pages,)
