"""Disputes in words: the provider's reasons and states, and the names of what can be handed in."""

from __future__ import annotations

from flask_babel import gettext as _

from hubapp.money.payments.dispute_models import Dispute, Outcome


def reason_words(reason: str) -> str:
    """Why the buyer's bank wants the money back."""
    known: dict[str, str] = {
        "fraudulent": _("The card's owner says they did not pay this"),
        "product_not_received": _("The buyer says it never came"),
        "product_unacceptable": _("The buyer says it is not what was sold"),
        "duplicate": _("The buyer says they paid twice"),
        "subscription_canceled": _("The buyer says they had canceled"),
        "credit_not_processed": _("The buyer says a refund was promised"),
        "unrecognized": _("The buyer does not recognize the payment"),
    }
    return known.get(reason) or str(_("The bank gives no reason that we know (%(code)s)", code=reason))


def outcome_pill(dispute: Dispute) -> tuple[str, str]:
    """(word, tone) of where a dispute is."""
    if dispute.outcome == Outcome.WON:
        return _("Closed without loss") if dispute.is_inquiry else _("Won"), "good"
    if dispute.outcome == Outcome.LOST:
        return _("Lost"), "bad"
    if dispute.sending is not None:
        return _("Being handed in"), "brand"
    if dispute.status in {"under_review", "warning_under_review"}:
        return _("The bank decides"), "brand"
    return (_("The bank asks"), "warn") if dispute.is_inquiry else (_("Needs an answer"), "warn")


def evidence_names() -> dict[str, str]:
    """The provider's name of a piece of evidence → ours."""
    return {
        "product_description": _("What was sold"),
        "customer_name": _("The buyer's name"),
        "customer_email_address": _("The buyer's mail address"),
        "shipping_carrier": _("Who delivered it"),
        "shipping_date": _("When it was sent"),
        "shipping_tracking_number": _("Tracking number"),
        "shipping_address": _("Where it was sent"),
        "service_date": _("When the service took place"),
        "refund_policy_disclosure": _("How the buyer was told the rules on returns"),
        "refund_refusal_explanation": _("Why nothing was given back"),
        "cancellation_rebuttal": _("Why a cancellation does not count"),
        "uncategorized_text": _("Anything else"),
        "receipt": _("The receipt"),
        "customer_communication": _("What was written to each other"),
        "shipping_documentation": _("Proof of delivery"),
        "service_documentation": _("Proof of the service"),
        "refund_policy": _("The rules on returns"),
        "uncategorized_file": _("Another document"),
    }
