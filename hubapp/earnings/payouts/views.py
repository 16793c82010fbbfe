"""Earnings and payouts of the person who asks, in one hub; the connector's page shows their own share the same way."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.earnings.payouts import edge, queries, services
from hubapp.earnings.payouts.models import PayeeStatus
from hubapp.kernel import clock
from hubapp.kernel.db import after_commit
from hubapp.kernel.errors import Refusal
from hubapp.kernel.money import Money
from hubapp.money.payments import services as provider
from hubapp.money.payments.gateway import GatewayError
from hubapp.people.accounts.signed_in import site_url
from hubapp.web import access
from hubapp.web.areas import current_hub, hub_blueprint

pages = hub_blueprint("payouts", __name__)
blueprints: tuple[Blueprint, ...] = (pages,)
FOLDER = "earnings/payouts"


@pages.get("/me/earnings")
@access.requires()
def earnings() -> ResponseReturnValue:
    """What is held, available, in transit and paid, and every line behind it."""
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
    return render_template(f"{FOLDER}/statement.html", payout=payout, lines=queries.lines_of(payout_id), money=Money)


@pages.post("/me/earnings/payout")
@access.requires()
def request_payout() -> ResponseReturnValue:
    """Ask for what is available."""
    try:
        services.request_payout(account_id=current_user.account_id, currency=current_hub().currency, now=clock.now())
    except Refusal as refusal:
        return render_template(f"{FOLDER}/earnings.html", **_overview(), refusal=str(refusal)), 422
    flash(_("Your payout is under way. This page follows it."), "good")
    return redirect(_back_to(), 303)


@pages.post("/me/payout-account")
@access.requires()
def open_account() -> ResponseReturnValue:
    """Open an account at the provider, then go and fill it in."""
    hub = current_hub()
    services.open_payee(
        account_id=current_user.account_id,
        email=current_user.email,
        country=hub.country,
        currency=hub.currency,
        now=clock.now(),
    )
    return redirect(url_for("payouts.account"), 303)


@pages.get("/me/payout-account")
@access.requires()
def account() -> ResponseReturnValue:
    """Lead to the provider's form, or say what is being waited for."""
    payee = queries.payee_of(current_user.account_id)
    if payee is None:
        abort(404)
    if payee.provider_account_id is None:
        return render_template(f"{FOLDER}/account.html", payee=payee)
    try:
        link = provider.gateway().onboarding_link(
            account_id=payee.provider_account_id,
            refresh_url=site_url(url_for("payouts.account")),
            return_url=site_url(url_for("payouts.account_done")),
        )
    except GatewayError:
        return render_template(f"{FOLDER}/account.html", payee=payee)
    return redirect(link, 303)


@pages.get("/me/payout-account/done")
@access.requires()
def account_done() -> ResponseReturnValue:
    """Back from the provider's form: look at once what it says now."""
    payee = queries.payee_of(current_user.account_id)
    if payee is not None and payee.status != PayeeStatus.READY:
        after_commit(partial(edge.refresh_payee, payee.id))
    return redirect(url_for("payouts.earnings"), 303)


def _overview() -> dict[str, Any]:
    before = request.args.get("before", type=UUID)
    now = clock.now()
    found = queries.overview(
        account_id=current_user.account_id, currency=current_hub().currency, now=now, before=before
    )
    return {"overview": found, "money": Money, "now": now, "here": request.endpoint}


def _back_to() -> str:
    return url_for("payouts.manage" if request.form.get("from") == "manage" else "payouts.earnings")
