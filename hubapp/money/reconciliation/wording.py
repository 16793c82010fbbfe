"""Differences in words, for pages and the command line."""

from __future__ import annotations

from flask_babel import gettext as _

from hubapp.money.reconciliation.policies import Kind, Reason


def kind(name: str) -> str:
    """What differs."""
    words: dict[Kind, str] = {
        Kind.MISSING_IN_BOOKS: _("Not in the books"),
        Kind.MISSING_AT_PROVIDER: _("Not at the provider"),
        Kind.AMOUNT_DIFFERS: _("Another amount"),
        Kind.FEE_DIFFERS: _("Another fee"),
        Kind.NOT_RELEASED: _("Not booked as usable"),
        Kind.TOTAL_DIFFERS: _("The sums differ"),
    }
    return words[Kind(name)]


def reason(name: str) -> str:
    """Why, as far as a rule can tell, and what follows."""
    words: dict[Reason, str] = {
        Reason.NOT_OBSERVED: _("Paid a moment ago. The payment is looked at every few minutes and will be seen then."),
        Reason.NOT_BOOKED_YET: _("Seen, and the job that books it is under way."),
        Reason.UNANSWERED: _("The request was sent and its answer was lost. It is asked for again by itself."),
        Reason.JUST_BOOKED: _("Booked a moment ago. The provider lists it shortly."),
        Reason.MOVING: _("Money moved while the sums were taken. The next comparison will tell."),
        Reason.UNKNOWN_SOURCE: _("Nothing here asked for it. Look it up at the provider: was it made by hand?"),
        Reason.UNKNOWN_KIND: _(
            "No rule knows this kind of movement. Look it up at the provider, then book or explain it."
        ),
        Reason.PLATFORM_PAYOUT: _("Money went to the platform's own bank. Payouts of the platform should be manual."),
        Reason.NEVER_BOOKED: _(
            "It is known here and its entry is missing. Look at the failed jobs, then verify the books."
        ),
        Reason.OTHER_AMOUNT: _("The provider moved another amount than the books say."),
        Reason.OTHER_FEE: _("The provider took another fee than the books say."),
        Reason.NO_LINE: _(
            "The books moved money that the provider never moved. Look at the entry, then verify the books."
        ),
        Reason.UNACCOUNTED: _("All differences together do not add up to this. Verify the books of all hubs."),
        Reason.IN_TRANSIT: _("On its way to the payee's bank. It is booked as paid when it has arrived."),
        Reason.OTHERS_MONEY: _(
            "Something moved on the payee's account that nothing here asked for. It is their money: ask them about it."
        ),
        Reason.UNREACHABLE: _("The provider no longer shows us this account. Did the payee disconnect it?"),
    }
    return words[Reason(name)]


def movement(name: str | None) -> str:
    """The provider's kind of line."""
    known: dict[str, str] = {
        "charge": _("charge"),
        "payment": _("charge"),
        "refund": _("refund"),
        "payment_refund": _("refund"),
        "refund_failure": _("failed refund"),
        "transfer": _("transfer"),
        "transfer_refund": _("returned transfer"),
        "payout": _("platform payout"),
        "stripe_fee": _("fee"),
        "adjustment": _("adjustment"),
    }
    return known.get(name or "", name or "")
