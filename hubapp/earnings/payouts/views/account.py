"""The payout account: the provider's form, when and how much is paid, and what the documents say of the payee."""

from __future__ import annotations

from functools import partial

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.earnings.payouts import edge, policies, queries, services
from hubapp.earnings.payouts.forms import RhythmForm, TaxForm
from hubapp.earnings.payouts.models import Payee, PayeeStatus
from hubapp.earnings.payouts.views.blueprint import FOLDER, pages
from hubapp.kernel import clock
from hubapp.kernel.db import after_commit
from hubapp.kernel.errors import Refusal
from hubapp.kernel.money import Money
from hubapp.money.payments import services as provider
from hubapp.money.payments.gateway import GatewayError
from hubapp.people.accounts.signed_in import site_url
from hubapp.web import access
from hubapp.web.areas import current_hub
from hubapp.web.htmx import asked_again


@pages.get("/me/payout-account")
@access.requires(moves_money=True)
def account() -> ResponseReturnValue:
    """The account's state, and what can be chosen; who has none yet opens one from their earnings."""
    payee = queries.payee_of(current_user.account_id)
    return redirect(url_for("payouts.earnings"), 303) if payee is None else _page(payee, None, None)


@pages.post("/me/payout-account")
@access.requires(moves_money=True)
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
    return redirect(url_for("payouts.at_provider"), 303)


@pages.get("/me/payout-account/provider")
@access.requires(moves_money=True)
@asked_again
def at_provider() -> ResponseReturnValue:
    """Lead to the provider's form, or say what is being waited for."""
    payee = _payee()
    if payee.provider_account_id is None:
        return render_template(f"{FOLDER}/opening.html", payee=payee)
    try:
        link = provider.gateway().onboarding_link(
            account_id=payee.provider_account_id,
            refresh_url=site_url(url_for("payouts.at_provider")),
            return_url=site_url(url_for("payouts.account_done")),
        )
    except GatewayError:
        return render_template(f"{FOLDER}/opening.html", payee=payee)
    return redirect(link, 303)


@pages.get("/me/payout-account/done")
@access.requires()
def account_done() -> ResponseReturnValue:
    """Back from the provider's form: look at once what it says now."""
    payee = queries.payee_of(current_user.account_id)
    if payee is not None and (payee.status != PayeeStatus.READY or payee.check_reason):
        after_commit(partial(edge.refresh_payee, payee.id))
    return redirect(url_for("payouts.earnings"), 303)


@pages.post("/me/payout-account/rhythm")
@access.requires(moves_money=True)
def choose_rhythm() -> ResponseReturnValue:
    """When runs pay, and from how much on."""
    payee, form = _payee(), RhythmForm()
    if not form.validate_on_submit():
        return _page(payee, form, None), 422
    try:
        services.choose_rhythm(
            account_id=current_user.account_id,
            rhythm=form.rhythm.data,
            currency=current_hub().currency,
            minimum=form.minimum.data.amount if form.minimum.data else None,
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(payee, form, None), 422
    flash(_("Saved."), "good")
    return redirect(url_for("payouts.account"), 303)


@pages.post("/me/payout-account/tax")
@access.requires(moves_money=True)
def save_tax() -> ResponseReturnValue:
    """What the next documents say."""
    form = TaxForm()
    if not form.validate_on_submit():
        return _page(_payee(), None, form), 422
    services.save_tax(account_id=current_user.account_id, data=form.answers(), now=clock.now())
    flash(_("Saved. Documents made from now on say so."), "good")
    return redirect(url_for("payouts.account"), 303)


@pages.post("/me/payout-account/checked")
@access.requires(moves_money=True)
def bank_checked() -> ResponseReturnValue:
    """The bank details are right: payouts by rhythm may go on."""
    services.ask_to_confirm_bank(payee_id=_payee().id)
    flash(_("Thank you. Payouts go on."), "good")
    return redirect(url_for("payouts.account"), 303)


def _payee() -> Payee:
    payee = queries.payee_of(current_user.account_id)
    if payee is None:
        abort(404)
    return payee


def _page(payee: Payee, rhythm: RhythmForm | None, tax: TaxForm | None) -> str:
    currency = current_hub().currency
    own = payee.minimums.get(currency)
    return render_template(
        f"{FOLDER}/account.html",
        payee=payee,
        least=policies.minimum(currency),
        rhythm_form=rhythm
        or RhythmForm(data={"rhythm": payee.rhythm, "minimum": Money(own, currency) if own else None}),
        tax_form=tax
        or TaxForm.of(queries.tax_of(payee.account_id), name=current_user.name, country=current_hub().country),
    )
