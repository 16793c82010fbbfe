"""Earnings and payouts of the person who asks, in one hub; the connector's page shows their own share the same way."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.earnings.payouts import queries, services
from hubapp.earnings.payouts.views.blueprint import FOLDER, pages
from hubapp.earnings.retainers import queries as retainers
from hubapp.earnings.shares import wording
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.kernel.money import Money
from hubapp.web import access
from hubapp.web.areas import HubFlask, current_hub


@pages.get("/me/earnings")
@access.requires()
def earnings() -> ResponseReturnValue:
    """What is held, available, in transit, paid and owed back, and every line behind it."""
    return render_template(f"{FOLDER}/earnings.html", **_overview())


@pages.get("/manage/payouts")
@access.requires("payouts.request")
def manage() -> ResponseReturnValue:
    """The same for a connector, among the managing pages."""
    return render_template(f"{FOLDER}/manage.html", **_overview())


@pages.get("/me/earnings/<uuid:payout_id>")
@access.requires()
def statement(payout_id: UUID) -> ResponseReturnValue:
    """A payout down to the order lines that it pays."""
    payout = queries.payout_of(account_id=current_user.account_id, payout_id=payout_id)
    return render_template(
        f"{FOLDER}/statement.html",
        payout=payout,
        lines=queries.lines_of(payout_id),
        documents=queries.documents_of(account_id=current_user.account_id, payout_id=payout_id),
        money=Money,
    )


@pages.get("/me/earnings/payout")
@access.requires(moves_money=True)
def before_payout() -> ResponseReturnValue:
    """Where one comes back to from setting up the second factor."""
    return redirect(url_for("payouts.earnings"), 303)


@pages.post("/me/earnings/payout")
@access.requires(moves_money=True)
def request_payout() -> ResponseReturnValue:
    """Ask for what is available."""
    try:
        services.request_payout(account_id=current_user.account_id, currency=current_hub().currency, now=clock.now())
    except Refusal as refusal:
        return render_template(f"{FOLDER}/earnings.html", **_overview(), refusal=str(refusal)), 422
    flash(_("Your payout is under way. This page follows it."), "good")
    return redirect(_back_to(), 303)


def _overview() -> dict[str, Any]:
    before = request.args.get("before", type=UUID)
    now = clock.now()
    site: HubFlask = current_app  # type: ignore[assignment]
    found = queries.overview(
        account_id=current_user.account_id, currency=current_hub().currency, now=now, before=before
    )
    return {
        "overview": found,
        "agreements": retainers.agreed_with(current_user.account_id, now=now),
        "explain": wording.explain,
        "plan_url": site.addresses.central("/plan/pay"),
        "days_of": wording.days_of,
        "money": Money,
        "now": now,
        "here": request.endpoint,
    }


def _back_to() -> str:
    return url_for("payouts.manage" if request.form.get("from") == "manage" else "payouts.earnings")
