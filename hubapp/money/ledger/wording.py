"""The books in words: what kinds of entries, accounts and postings are called, in the reader's language."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from hubapp.money.ledger.policies import Purpose

KINDS = {
    "sale": _l("Sale"),
    "refund": _l("Refund"),
    "refund_failed": _l("Refund that failed"),
    "charge_available": _l("Payment became usable"),
    "payout_transfer": _l("Payout: transfer to the payee's account"),
    "payout_paid": _l("Payout: arrived at the bank"),
    "payout_returned": _l("Payout: came back"),
    "payout_bounced": _l("Payout that the bank sent back"),
    "dispute_withdrawn": _l("Dispute: taken by the buyer's bank"),
    "dispute_reinstated": _l("Dispute: given back by the buyer's bank"),
    "dispute_lost": _l("Dispute that was lost"),
    "suspense": _l("Difference from the provider"),
    "history": _l("Imported from the time before"),
    "cross_hub_earned": _l("Share of a purchase in another hub"),
    "cross_hub_taken_back": _l("Share of a purchase elsewhere, taken back"),
    "cross_hub_given_again": _l("Share of a purchase elsewhere, given again"),
    "manual": _l("Entry by two people"),
    "retainer": _l("Retainer"),
    "plan": _l("Pay by plan"),
}
PURPOSES = {
    Purpose.PROVIDER_PENDING: _l("Payment provider, not usable yet"),
    Purpose.PROVIDER_BALANCE: _l("Payment provider, usable"),
    Purpose.CONNECTED_BALANCE: _l("In transit to the bank"),
    Purpose.OWED: _l("Owed"),
    Purpose.TAX: _l("Tax to be remitted"),
    Purpose.SALES: _l("Own sales"),
    Purpose.PLATFORM_REVENUE: _l("Network's share"),
    Purpose.VACANT_SHARE: _l("Connector's share of a vacant hub"),
    Purpose.PROCESSOR_FEES: _l("Payment fees"),
    Purpose.DISPUTE_HOLD: _l("Held for disputes"),
    Purpose.CLEARING: _l("Clearing with another hub"),
    Purpose.BAD_DEBT: _l("Bad debt"),
    Purpose.IMPORTED: _l("Paid elsewhere, imported"),
    Purpose.SUSPENSE: _l("Not yet explained"),
    Purpose.ADJUSTMENT: _l("Adjustment"),
    Purpose.ROUNDING: _l("Rounding"),
    Purpose.POSTAGE: _l("Postage"),
    Purpose.DISCOUNTS: _l("Discounts"),
    Purpose.BANK_CHARGES: _l("Bank charges"),
    Purpose.SAMPLES: _l("Samples"),
    Purpose.RETAINERS: _l("Retainers, a cost of the network"),
    Purpose.COMPENSATION: _l("Pay by plan, a cost of the network"),
}
TAGS = {
    "charge": _l("paid by the buyer"),
    "fee": _l("fee kept by the provider"),
    "paid": _l("fee, as a cost"),
    "recovered": _l("fee, borne by the sale"),
    "refund": _l("sent back to the buyer"),
    "dispute": _l("disputed by the buyer's bank"),
    "lost": _l("taken back by the buyer's bank"),
    "dispute_fee": _l("fee of a lost dispute"),
    "suspense": _l("not yet explained"),
    "kept": _l("fee that the provider keeps"),
    "seller": _l("seller's part"),
    "connector": _l("connector's share"),
    "referrer": _l("referrer's share"),
    "core": _l("network's share"),
    "cross_hub": _l("home hub's share"),
    "clearing": _l("from the other hub"),
    "tax": _l("tax"),
    "retainer": _l("retainer"),
    "plan": _l("pay by plan"),
}


def kind_name(kind: str) -> str:
    """What happened."""
    return str(KINDS.get(kind, kind.replace("_", " ")))


def purpose_name(purpose: str) -> str:
    """What an account is for."""
    return str(PURPOSES[Purpose(purpose)]) if purpose in set(Purpose) else purpose


def tag_name(tag: str) -> str:
    """Why there is a posting."""
    return str(TAGS.get(tag, tag.replace("_", " ")))
