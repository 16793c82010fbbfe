"""`if htmx:` asks whether a request wants a fragment instead of a page; every URL answers both."""

from __future__ import annotations

from flask_htmx import HTMX

htmx = HTMX()
