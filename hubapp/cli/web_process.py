"""What each web process serves: granian imports it after the process has started."""

from __future__ import annotations

import gc
import sys

from flask import Flask
from psycopg import OperationalError

from hubapp.app import create_app
from hubapp.kernel import log
from hubapp.kernel.config import Settings
from hubapp.kernel.postgres import PostgresUnavailable


def application() -> Flask:
    """The application of one web process."""
    settings = Settings()
    log.configure(settings)
    try:
        app = create_app(settings)
    except (PostgresUnavailable, OperationalError):
        sys.exit(1)  # `hubapp serve` finds the same and says it in one line; anything else is told here
    # What has been loaded stays to the end: the collector need not look through it again and again.
    gc.collect()
    gc.freeze()
    return app
