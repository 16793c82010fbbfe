"""Pages of the pay plan: what somebody was paid, and why."""

from __future__ import annotations

from flask import Blueprint

from hubapp.earnings.compensation.views import paying

blueprints: tuple[Blueprint, ...] = (paying.pages,)
