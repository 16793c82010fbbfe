"""Pieces of a line, and what is lost of it, in words: for whoever it is paid to, and for others who look at it."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hubapp.earnings.compensation.plans.outcome import Piece
from hubapp.earnings.compensation.plans.paid_as import INACTIVE, NO_RANK
from hubapp.earnings.compensation.plans.rules import FEW_CUSTOMERS, INSIDE_BUYERS
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
# Why something is lost: said of somebody, told to them after the close, and while the period goes on.
REASONS = {
    FEW_CUSTOMERS: _l("too few customers of their own"),
    INSIDE_BUYERS: _l("the group sells too little to people outside it"),
}
TOLD = {
    FEW_CUSTOMERS: _l("you had too few customers of your own in this period"),
    INSIDE_BUYERS: _l("half or more of your group's sales went to people who take part themselves"),
}
NOW = {
    FEW_CUSTOMERS: _l("What comes from your group would not be paid: too few customers of your own so far."),
    INSIDE_BUYERS: _l(
        "It would not be paid: half or more of your group's sales went to people who take part themselves."
    ),
    INACTIVE: _l("It would not be paid: it needs customers of your own in this period."),
    NO_RANK: _l("It is paid by ranks that people are given by name, and nobody has one."),
}


def sentence(piece: Piece, speech: Speech, name: Callable[[str], str]) -> str:
    """Such as "12% of €300.00, own sales"; `name` turns the id of a person into what may be shown of them."""
    who = piece.leg or piece.seller
    what = str(SENTENCES[piece.why]) % {"who": name(who) if who else "", "level": piece.level or 0}
    base = speech.money(piece.base)
    if piece.bps is not None:
        return str(_("%(rate)s of %(amount)s, %(what)s", rate=speech.percent(piece.bps), amount=base, what=what))
    return str(_("%(what)s (from %(amount)s)", what=what, amount=base))


def told(  # noqa: C901, PLR0911, PLR0912  one sentence for each kind of piece
    why: str, *, number: str = "", day: str = "", name: str = "", level: int | None = None, hub: str = ""
) -> str:
    """A piece to the person that it pays: their own order by `number` and `day`, a leg by `name` where it is shown."""
    match why:
        case "own_sale" if number:
            return str(_("Your sale: order %(number)s of %(day)s", number=number, day=day))
        case "own_sale":
            return str(_("Your own sales"))
        case "leg" if name:
            return str(_("What the group of %(name)s adds to yours, less what that group earns by itself", name=name))
        case "leg":
            return str(_("What a group beneath you adds to yours, less what that group earns by itself"))
        case "difference":
            return str(_("Sales of your group, by the difference of the rates"))
        case "level":
            return str(_("Sales of your group, level %(level)d", level=level or 0))
        case "generation":
            return str(_("Sales of your group, generation %(level)d", level=level or 0))
        case "group":
            return str(_("The volume of your group"))
        case "hub_tier":
            return str(_("Sales in %(hub)s", hub=hub))
        case "hub_fixed":
            return str(_("The fixed payment for %(hub)s: enough customers and turnover", hub=hub))
        case "hub_part":
            return str(_("Your part of what %(hub)s came to, by the days held", hub=hub))
        case "hub_fee":
            return str(_("Your part of the fee on sales in %(hub)s", hub=hub))
        case "pool":
            return str(_("Your part of the pool, by customers who came back"))
    return why


def reason(word: str) -> str:
    """Why something was forfeited, said of somebody."""
    return str(REASONS[word])


def reason_told(word: str) -> str:
    """The same, told to the person."""
    return str(TOLD[word])


def reason_now(word: str) -> str:
    """What would be lost if the period ended now, told to the person."""
    return str(NOW[word])
