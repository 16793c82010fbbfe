"""Pages of the pay plan: taking part, one's group, what somebody was paid and why, and what checks a statement."""

from __future__ import annotations

from flask import Blueprint

from hubapp.earnings.compensation.views import group, paying, programme, proof, rules

__all__ = ["blueprints", "proof"]

blueprints: tuple[Blueprint, ...] = (programme.blueprint, group.blueprint, paying.pages, rules.pages, proof.pages)
