"""The provider's hosted pages, played by the sandbox: paying by card, the bank's question, a payee's details."""

from __future__ import annotations

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hubapp.kernel.money import Money
from hubapp.money.payments.sandbox.cards import CARDS, MESSAGES
from hubapp.money.payments.sandbox.engine import Sandbox
from hubapp.money.payments.sandbox.forms import BANKS, BUSINESS, CardForm, OnboardingForm
from hubapp.money.payments.sandbox.operations.accounts import Link
from hubapp.money.payments.sandbox.paying import Authenticate, Closed, Paid, Refused, Result, SessionPage
from hubapp.money.payments.units import from_provider
from hubapp.web.areas import central_blueprint

pages = central_blueprint("sandbox", __name__, url_prefix="/sandbox")
blueprints = (pages,)

FOLDER = "money/payments/sandbox"
INVALID, GONE, SEE_OTHER = 422, 410, 303


@pages.route("/pay/<session_id>", methods=["GET", "POST"])
def pay(session_id: str) -> ResponseReturnValue:
    """Take a card, once; errors stand at their field."""
    sandbox = _sandbox()
    session = _session(sandbox, session_id)
    if session.status != "open":
        return _over(session)
    form = CardForm()
    form.now = sandbox.now()
    if request.method == "GET":
        if reason := MESSAGES.get(request.args.get("refused", "")):
            form.number.errors = [str(reason)]
        return _card_page(session, form)
    if not form.validate():
        return _card_page(session, form), INVALID
    result = sandbox.pay(session_id, form.attempt(session.email))
    if isinstance(result, Refused):
        form[result.field].errors = [str(MESSAGES[result.reason])]
        return _card_page(session, form), INVALID
    return _answer(result, session)


@pages.route("/authenticate/<intent_id>", methods=["GET", "POST"])
def authenticate(intent_id: str) -> ResponseReturnValue:
    """The payer's bank asks whether it is really them."""
    sandbox = _sandbox()
    session = _session(sandbox, sandbox.session_of(intent_id) or "")
    if session.status != "open":
        return _over(session)
    if request.method == "GET":
        if session.pending_authentication != intent_id:
            return redirect(url_for("sandbox.pay", session_id=session.id), SEE_OTHER)
        return render_template(f"{FOLDER}/authenticate.html", session=session, total=_total(session))
    result = sandbox.authenticate(intent_id, "approve" if request.form.get("decision") == "approve" else "fail")
    return _answer(result, session)


@pages.route("/onboarding/<account_id>", methods=["GET", "POST"])
def onboarding(account_id: str) -> ResponseReturnValue:
    """Collect a payee's invented details; a link that is used or too old leads back for a new one."""
    sandbox = _sandbox()
    link_id = request.args.get("link", "")
    link = _link(sandbox.onboarding(account_id, link_id))
    if not link.is_open:
        return redirect(link.refresh_url, SEE_OTHER)
    form = OnboardingForm()
    if not form.is_submitted():
        return _onboarding_page(form, link)
    if not form.validate():
        return _onboarding_page(form, link), INVALID
    before = _link(sandbox.onboard(account_id, link_id, form.details()))
    return redirect(before.return_url, SEE_OTHER)


def _sandbox() -> Sandbox:
    found = current_app.extensions.get("hubapp.sandbox")
    if not isinstance(found, Sandbox):
        abort(404)  # with a real key these pages do not exist
    return found


def _session(sandbox: Sandbox, session_id: str) -> SessionPage:
    return sandbox.page(session_id) or abort(404)


def _link(found: Link | None) -> Link:
    return found or abort(404)


def _answer(result: Result, session: SessionPage) -> ResponseReturnValue:
    match result:
        case Paid(success_url=url):
            return redirect(url, SEE_OTHER)
        case Authenticate(intent_id=intent_id):
            return redirect(url_for("sandbox.authenticate", intent_id=intent_id), SEE_OTHER)
        case Refused(reason=reason):
            return redirect(url_for("sandbox.pay", session_id=session.id, refused=reason), SEE_OTHER)
        case Closed():
            return _expired(session)


def _over(session: SessionPage) -> ResponseReturnValue:
    if session.status == "complete":
        return redirect(session.success_url, SEE_OTHER)
    return _expired(session)


def _expired(session: SessionPage) -> ResponseReturnValue:
    return render_template(f"{FOLDER}/expired.html", session=session), GONE


def _card_page(session: SessionPage, form: CardForm) -> str:
    lines = [(line, _money(line.amount * line.quantity, session)) for line in session.lines]
    total = _total(session)
    return render_template(f"{FOLDER}/pay.html", session=session, form=form, lines=lines, total=total, cards=CARDS)


def _onboarding_page(form: OnboardingForm, link: Link) -> str:
    return render_template(f"{FOLDER}/onboarding.html", form=form, link=link, business=BUSINESS, banks=BANKS)


def _total(session: SessionPage) -> Money | None:
    return None if session.amount is None else _money(session.amount, session)


def _money(amount: int, session: SessionPage) -> Money:
    return Money(from_provider(amount, session.currency), session.currency.upper())
