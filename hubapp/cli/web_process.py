"""What each web process serves: granian imports it after the process has started."""

from __future__ import annotations

import gc

from flask import Flask

from hubapp.app import create_app
from hubapp.kernel import log
from hubapp.kernel.config import Settings


def application() -> Flask:
    """The application of one web process."""
    settings = Settings()
    log.configure(settings)
    app = create_app(settings)
    # What has been loaded stays to the end: the collector need not look through it again and again.
    gc.collect()
    gc.freeze()
    return app
