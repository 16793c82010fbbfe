"""Pages of the pay plan: the earning programme for a member, and what somebody was paid, and why."""

from __future__ import annotations

from flask import Blueprint

from hubapp.earnings.compensation.views import group, paying, programme

blueprints: tuple[Blueprint, ...] = (programme.blueprint, group.blueprint, paying.pages)
