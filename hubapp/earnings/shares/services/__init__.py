"""What shares do: settle a sale, take shares back with a refund, hand earnings to a payout; each once."""

from hubapp.earnings.shares.bookings import SettledOrder
from hubapp.earnings.shares.errors import NotSettled, RefundTooLarge, WrongAmounts
from hubapp.earnings.shares.rules import Terms
from hubapp.earnings.shares.services.claiming import claim_for_payout, release_payout
from hubapp.earnings.shares.services.crossing import book_moves
from hubapp.earnings.shares.services.disputing import claw_back, freeze, thaw
from hubapp.earnings.shares.services.granting import Grant, TakeBack, grant, grant_many, take_back
from hubapp.earnings.shares.services.reversing import Refund, restore, reverse, reverse_many
from hubapp.earnings.shares.services.settling import freeze_terms, settle, settle_many

__all__ = [
    "Grant",
    "NotSettled",
    "Refund",
    "RefundTooLarge",
    "SettledOrder",
    "TakeBack",
    "Terms",
    "WrongAmounts",
    "book_moves",
    "claim_for_payout",
    "claw_back",
    "freeze",
    "freeze_terms",
    "grant",
    "grant_many",
    "release_payout",
    "restore",
    "reverse",
    "reverse_many",
    "settle",
    "settle_many",
    "take_back",
    "thaw",
]
