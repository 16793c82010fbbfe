"""What a request does right after its commit, across hubs; the sweep does the same if this fails."""

from __future__ import annotations

from uuid import UUID

import structlog
from flask import current_app

from hubapp.earnings.payouts import services
from hubapp.kernel import clock
from hubapp.kernel.config import Settings
from hubapp.kernel.db import unit_of_work
from hubapp.tenancy.platform import platform_scope

log = structlog.get_logger(__name__)


def are_runs_approved() -> bool:
    """Whether the settings let daily runs pay without anybody's approval."""
    settings: Settings = current_app.extensions["hubapp.settings"]
    return settings.payout_runs_approved


def refresh_payee(payee_id: UUID) -> None:
    """Look at a payee's account, in a transaction of its own."""
    try:
        with platform_scope(reason="payees belong to no hub"), unit_of_work():
            services.observe_payee(payee_id=payee_id, now=clock.now())
    except Exception:
        log.exception("payee not looked at; the sweep will do it", payee=str(payee_id))
