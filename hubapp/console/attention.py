"""What needs somebody, derived from the figures: each with what to do and where."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from hubapp.console.queries import UNSOUND, Overview
from hubapp.tenancy.models import HubStatus


def items(figures: Overview) -> list[dict[str, Any]]:
    """Entries for the list of next actions, the most urgent first."""
    found = [
        _books(figures),
        _disputes(figures),
        _foreign(figures),
        _differences(figures),
        _commands(figures),
        _refunds(figures),
        _appeals(figures),
        _vacant_cases(figures),
        _jobs(figures),
        _payouts(figures),
        _retainers(figures),
        _entries(figures),
        _mails(figures),
        _frozen(figures),
        _vacant(figures),
        _unproved(figures),
    ]
    return [item for item in found if item is not None]


def _books(figures: Overview) -> dict[str, Any] | None:
    count = figures.health.failed
    if not count:
        return None
    return {
        "title": ngettext("The books of %(num)d hub do not hold", "The books of %(num)d hubs do not hold", count),
        "text": _("Freeze the hub, then look at the first entry that fails."),
        "href": url_for("console.hubs", status=UNSOUND),
        "action": _("Show"),
        "icon_name": "triangle-alert",
        "tone": "warn",
    }


def _disputes(figures: Overview) -> dict[str, Any] | None:
    count, urgent = figures.disputes, figures.urgent_disputes
    if not count:
        return None
    return {
        "title": ngettext("%(num)d dispute needs an answer", "%(num)d disputes need an answer", count),
        "text": ngettext(
            "%(num)d of them within three days. Without an answer it is lost.",
            "%(num)d of them within three days. Without an answer they are lost.",
            urgent,
        ),
        "href": url_for("console.disputes"),
        "action": _("Show"),
        "icon_name": "scale",
        "tone": "warn" if urgent else "",
    }


def _foreign(figures: Overview) -> dict[str, Any] | None:
    count = figures.unfinished.foreign
    if not count:
        return None
    return {
        "title": ngettext(
            "%(num)d payment was settled in another currency",
            "%(num)d payments were settled in another currency",
            count,
        ),
        "text": _(
            "The buyer has paid, but the payment provider converted the money, so that nothing is booked and the order"
            " waits. Add a bank account in the hub's currency at the provider, and refund these payments there."
        ),
        "icon_name": "credit-card",
        "tone": "warn",
    }


def _refunds(figures: Overview) -> dict[str, Any] | None:
    count = figures.refunds
    if not count:
        return None
    return {
        "title": ngettext("%(num)d refund waits for the network", "%(num)d refunds wait for the network", count),
        "text": _("Above the limits of their hub, or not answered there in time."),
        "href": url_for("console.refunds"),
        "action": _("Show"),
        "icon_name": "undo-2",
    }


def _appeals(figures: Overview) -> dict[str, Any] | None:
    count = figures.appeals
    if not count:
        return None
    return {
        "title": ngettext("%(num)d appeal waits for the network", "%(num)d appeals wait for the network", count),
        "text": _("Somebody asks to undo what a hub decided about them."),
        "href": url_for("console.appeals"),
        "action": _("Show"),
        "icon_name": "shield-check",
    }


def _vacant_cases(figures: Overview) -> dict[str, Any] | None:
    count = figures.vacant_cases
    if not count:
        return None
    return {
        "title": ngettext(
            "%(num)d report or first text waits to be looked at",
            "%(num)d reports or first texts wait to be looked at",
            count,
        ),
        "text": _("In hubs that nobody looks after: the network decides in their place."),
        "href": url_for("console.appeals", _anchor="vacant"),
        "action": _("Show"),
        "icon_name": "flag",
    }


def _differences(figures: Overview) -> dict[str, Any] | None:
    count = figures.differences
    if not count:
        return None
    return {
        "title": ngettext(
            "%(num)d difference from the provider's books is open",
            "%(num)d differences from the provider's books are open",
            count,
        ),
        "text": _("Money that nobody can explain lies in suspense. Find out what it is."),
        "href": url_for("console.reconciliation", status="open"),
        "action": _("Show"),
        "icon_name": "scale",
        "tone": "warn",
    }


def _commands(figures: Overview) -> dict[str, Any] | None:
    unknown, failed = figures.unfinished.unknown_commands, figures.unfinished.failed_commands
    if not unknown + failed:
        return None
    return {
        "title": ngettext(
            "%(num)d request to the payment provider is stuck",
            "%(num)d requests to the payment provider are stuck",
            unknown + failed,
        ),
        "text": _(
            "%(unknown)s without an answer, %(failed)s refused. Those without an answer are sent again by themselves.",
            unknown=unknown,
            failed=failed,
        ),
        "icon_name": "credit-card",
        "tone": "warn",
    }


def _jobs(figures: Overview) -> dict[str, Any] | None:
    count = figures.failed_jobs
    if not count:
        return None
    return {
        "title": ngettext("%(num)d job was given up", "%(num)d jobs were given up", count),
        "text": _("Read why, put it right, then try again."),
        "href": url_for("console.jobs"),
        "action": _("Show"),
        "icon_name": "list-checks",
        "tone": "warn",
    }


def _payouts(figures: Overview) -> dict[str, Any] | None:
    count = figures.proposed_runs
    if not count:
        return None
    return {
        "title": ngettext("%(num)d payout run waits for approval", "%(num)d payout runs wait for approval", count),
        "text": _("Nothing leaves before somebody approves it."),
        "href": url_for("console.payouts"),
        "action": _("Show"),
        "icon_name": "banknote",
    }


def _retainers(figures: Overview) -> dict[str, Any] | None:
    count = figures.proposed_retainers
    if not count:
        return None
    return {
        "title": ngettext("%(num)d retainer waits for approval", "%(num)d retainers wait for approval", count),
        "text": _("Nothing is promised before a second person approves it."),
        "href": url_for("console.retainers"),
        "action": _("Show"),
        "icon_name": "handshake",
    }


def _entries(figures: Overview) -> dict[str, Any] | None:
    count = figures.proposed_entries
    if not count:
        return None
    return {
        "title": ngettext("%(num)d entry waits for a second person", "%(num)d entries wait for a second person", count),
        "text": _("Somebody else than who proposed it books it, or says no."),
        "href": url_for("console.manual_entries"),
        "action": _("Show"),
        "icon_name": "scale",
    }


def _mails(figures: Overview) -> dict[str, Any] | None:
    count = figures.failed_mails
    if not count:
        return None
    return {
        "title": ngettext("%(num)d mail came back", "%(num)d mails came back", count),
        "text": _("Send it again once the address works, or mark the address."),
        "href": url_for("console.mails"),
        "action": _("Show"),
        "icon_name": "mail",
    }


def _frozen(figures: Overview) -> dict[str, Any] | None:
    count = figures.hubs[HubStatus.FROZEN]
    if not count:
        return None
    return {
        "title": ngettext("%(num)d hub is frozen", "%(num)d hubs are frozen", count),
        "text": _("Nothing can be bought there until it is lifted."),
        "href": url_for("console.hubs", status=HubStatus.FROZEN.value),
        "action": _("Show"),
        "icon_name": "snowflake",
    }


def _vacant(figures: Overview) -> dict[str, Any] | None:
    if not figures.vacant:
        return None
    return {
        "title": ngettext("%(num)d hub has no connector", "%(num)d hubs have no connector", figures.vacant),
        "text": _("Until somebody looks after a hub, its connector's share goes to the core, and so does the work."),
        "href": url_for("console.vacant"),
        "action": _("Show"),
        "icon_name": "user-plus",
    }


def _unproved(figures: Overview) -> dict[str, Any] | None:
    if not figures.health.unproved:
        return None
    return {
        "title": ngettext(
            "The books of %(num)d hub were never verified",
            "The books of %(num)d hubs were never verified",
            figures.health.unproved,
        ),
        "text": _("They are verified each night, or now."),
        "href": url_for("console.overview", _anchor="books"),
        "action": _("Verify"),
        "icon_name": "scale",
    }
