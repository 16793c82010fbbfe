"""Where the project's data folders stand beside the package."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
HUBS = ROOT / "hubs"
MIGRATIONS = ROOT / "migrations"
LOCALE = ROOT / "hubapp" / "web" / "locale"
