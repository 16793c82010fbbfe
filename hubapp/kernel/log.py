"""Logging: lines for people in development, JSON in production."""

from __future__ import annotations

import logging
import sys

import structlog

from hubapp.kernel.config import Settings


def configure(settings: Settings) -> None:
    """Send structlog and the standard library's log to standard error."""
    level = logging.INFO if settings.is_production else logging.WARNING
    logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    renderer = structlog.processors.JSONRenderer() if settings.is_production else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
