"""Pieces of a line in words: what was counted at which rate, as a statement or a what-if shows it."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hubapp.earnings.compensation.plans.outcome import Piece
from hubapp.earnings.compensation.plans.rules import FEW_CUSTOMERS, INSIDE_BUYERS, NO_SALE
from hubapp.earnings.compensation.plans.words.speech import Speech

SENTENCES = {
    "own_sale": _l("own sales"),
    "difference": _l("difference to the rate beneath, on sales of %(who)s"),
    "leg": _l("what the group of %(who)s adds to yours"),
    "level": _l("level %(level)s, sales of %(who)s"),
    "generation": _l("generation %(level)s, sales of %(who)s"),
    "group": _l("sales of the group"),
    "pool": _l("a part of the pool"),
    "hub_fee": _l("the connector's part of the hub's fee"),
    "hub_part": _l("a part of the hub's line"),
    "hub_tier": _l("turnover of the hub"),
    "hub_fixed": _l("fixed payment of the hub"),
    "reward": _l("reward for a sale of %(who)s"),
}
REASONS = {
    FEW_CUSTOMERS: _l("too few customers of their own"),
    INSIDE_BUYERS: _l("the group sells too little to people outside it"),
    NO_SALE: _l("no sale stands behind it but what they bought themselves"),
}


def sentence(piece: Piece, speech: Speech, name: Callable[[str], str]) -> str:
    """Such as "12% of €300.00, own sales"; `name` turns the id of a person into what may be shown of them."""
    who = piece.leg or piece.seller
    what = str(SENTENCES[piece.why]) % {"who": name(who) if who else "", "level": piece.level or 0}
    base = speech.money(piece.base)
    if piece.bps is not None:
        return str(_("%(rate)s of %(amount)s, %(what)s", rate=speech.percent(piece.bps), amount=base, what=what))
    return str(_("%(what)s (from %(amount)s)", what=what, amount=base))


def reason(word: str) -> str:
    """Why something was forfeited."""
    return str(REASONS[word])
