"""Pages of the pay plan for members: taking part, one's group, what somebody was paid and why."""

from __future__ import annotations

from flask import Blueprint

from hubapp.earnings.compensation.views import group, paying, programme

blueprints: tuple[Blueprint, ...] = (programme.blueprint, group.blueprint, paying.pages)
