"""Subscriptions in words: states, months, reasons, days in the hub's own calendar."""

from __future__ import annotations

from datetime import date, datetime

from flask import Blueprint
from flask_babel import format_date
from flask_babel import gettext as _

from hubapp.market.subscriptions.models import EndReason, PeriodStatus, Status
from hubapp.web import areas


def statuses() -> dict[str, tuple[str, str]]:
    """Status → (word, tone)."""
    return {
        Status.PENDING: (_("Waits for the first payment"), "neutral"),
        Status.ACTIVE: (_("Active"), "good"),
        Status.PAUSED: (_("Paused"), "neutral"),
        Status.PAST_DUE: (_("Payment failed"), "warn"),
        Status.SUSPENDED: (_("Suspended"), "bad"),
        Status.CANCELED: (_("Ended"), "neutral"),
    }


def periods() -> dict[str, tuple[str, str]]:
    """Status of a month → (word, tone)."""
    return {
        PeriodStatus.ORDERED: (_("Waits for payment"), "warn"),
        PeriodStatus.PAID: (_("Paid"), "good"),
        PeriodStatus.UNPAID: (_("Not paid"), "neutral"),
        PeriodStatus.SKIPPED: (_("Skipped"), "neutral"),
        PeriodStatus.SOLD_OUT: (_("Sold out, not charged"), "neutral"),
    }


def reasons() -> dict[str, str]:
    """Why it ended, for its member."""
    return {
        EndReason.MEMBER: _("You ended it."),
        EndReason.NOT_PAID: _("The first payment was not made, so it never began. Nothing was charged."),
        EndReason.WITHDRAWN: _("It is not offered any more."),
        EndReason.LEFT: _("You left the hub."),
        EndReason.NO_CARD: _("Your card could not be kept, so only the first month was ordered."),
    }


def local_day(moment: datetime) -> date:
    """The day of a moment in the current hub."""
    return moment.astimezone(areas.current_hub().zone).date()


def install(pages: Blueprint) -> None:
    """Filters for pages and mails: `hub_day` of a moment, `iso_day` of a day as text."""
    pages.add_app_template_filter(lambda moment: format_date(local_day(moment), "long"), "hub_day")
    pages.add_app_template_filter(lambda text: format_date(date.fromisoformat(text), "long"), "iso_day")
