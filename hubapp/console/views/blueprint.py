"""The console's blueprint, its menu, and who acts. It sees all hubs: every page asks for a central permission."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.earnings.shares.network import RoleTotal
from hubapp.kernel.money import Money
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.models import Hub
from hubapp.web import areas
from hubapp.web.render import money

NAME = "console"

blueprint: Blueprint = areas.central_blueprint(NAME, __name__, url_prefix="/console")

Entry = tuple[str, str, str, str]
# Pages that have no entry of their own → the one they are reached from.
BESIDE = {"invoices": "reports", "mails": "jobs"}


@blueprint.context_processor
def menu() -> dict[str, Any]:
    """The sections beside the page; nothing of it for those who may not open them."""
    if not (current_user.is_authenticated and current_user.is_central):
        return {}
    entries = _entries()
    return {"subnav": entries, "active": _here(entries), "total_money": _shown}


def _here(entries: list[Entry]) -> str:
    """The section that a page belongs to: the longest address that it begins with."""
    path = request.path
    if (first := path.split("/")[2]) in BESIDE:
        return BESIDE[first]
    found = [(len(url), key) for _text, url, _icon, key in entries if path == url or path.startswith(f"{url}/")]
    return max(found, default=(0, entries[0][3]))[1]


def _shown(total: RoleTotal) -> str:
    return money(Money(total.amount, total.currency))


def _entries() -> list[Entry]:
    sections = (
        ("overview", _("Overview"), "layout-dashboard"),
        ("hubs", _("Hubs"), "network"),
        ("people", _("People"), "users"),
        ("appeals", _("Appeals"), "shield-check"),
        ("disputes", _("Disputes"), "scale"),
        ("refunds", _("Refunds"), "undo-2"),
        ("payouts", _("Payouts"), "banknote"),
        ("retainers", _("Retainers"), "handshake"),
        ("plan_people", _("Earning programme"), "users"),
        ("plans_shown", _("Pay plan"), "layers"),
        ("plan_periods", _("Plan periods"), "coins"),
        ("audit", _("Audit log"), "history"),
        ("rules", _("Share rules"), "chart-pie"),
        ("reconciliation", _("Reconciliation"), "scale"),
        ("jobs", _("Jobs"), "list-checks"),
        ("ledger_search", _("Ledger"), "book-open"),
        ("reports", _("Reports"), "chart-column"),
    )
    return [(text, url_for(f"{NAME}.{name}"), icon, name) for name, text, icon in sections]


def actor() -> Actor:
    """The person asking, for the audit log."""
    return Actor(current_user.account_id, current_user.name)


def hub_or_404(slug: str) -> Hub:
    """A hub of any status."""
    hub = tenancy.by_slug(slug)
    if hub is None:
        abort(404)
    return hub


def site_url(slug: str, path: str = "/") -> str:
    """A hub's own address."""
    site: areas.HubFlask = current_app  # type: ignore[assignment]
    return site.addresses.hub(slug, path)
