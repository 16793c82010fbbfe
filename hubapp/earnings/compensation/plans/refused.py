"""What the engine refuses to pay, with the reason and its source."""

from __future__ import annotations

from dataclasses import dataclass

from hubapp.earnings.compensation.plans.errors import NotLawful

VEMMA = "FTC v. Vemma, order II(B): compensation may not be tied to own purchases"
KOSCOT = "Koscot 86 FTC 1106; UCPD Annex I(14); Code de la consommation L121-15; UWG 3(1)(r)"
LEVELS = "DGCCRF: paid levels are few and fixed in advance"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is refused: the clause, the words for people, and the source."""

    clause: str
    words: str
    source: str


PLACEMENT = Reason(
    "left out: binary and matrix",
    "pay would depend on placement and on the weaker leg, hence carry-over and flush, stacking and bonus buying",
    "a rule of our own; FTC v. Vemma (a binary plan)",
)
MATCHING = Reason("left out: matching", "pay on pay has no budget in the sale that it comes from", "a rule of our own")
FAST_START = Reason("M4", "it pays for new recruits and their kits; earnings come only from sales to customers", KOSCOT)
RECRUITING = Reason("M4", "nobody is ever paid or ranked for recruiting; earnings come only from sales", KOSCOT)
AUTOSHIP = Reason("Vemma II(B)", "nobody qualifies by purchases of their own, standing orders among them", VEMMA)
UNLIMITED = Reason("M17", "the number of paid levels must be small and fixed in advance", LEVELS)
LOTTERY = Reason("left out: lotteries", "pay never depends on chance", "a rule of our own")

TYPES = {
    "binary": PLACEMENT,
    "matrix": PLACEMENT,
    "matching": MATCHING,
    "check_match": MATCHING,
    "fast_start": FAST_START,
    "kit_commission": FAST_START,
    "recruit_bonus": RECRUITING,
    "rank_advancement": RECRUITING,
    "autoship": AUTOSHIP,
    "autoship_bonus": AUTOSHIP,
    "infinity": UNLIMITED,
    "infinity_override": UNLIMITED,
    "lottery": LOTTERY,
}
KEYS = {
    "autoship": AUTOSHIP,
    "autoship_qualification": AUTOSHIP,
    "requires_autoship": AUTOSHIP,
    "min_autoship": AUTOSHIP,
    "min_autoship_pv": AUTOSHIP,
    "min_own_purchase": AUTOSHIP,
    "min_own_purchases": AUTOSHIP,
    "min_personal_purchase": AUTOSHIP,
    "own_purchase_min": AUTOSHIP,
    "min_recruits": RECRUITING,
    "recruits": RECRUITING,
    "recruit_bonus": RECRUITING,
    "min_frontline": RECRUITING,
    "min_legs": RECRUITING,
    "unlimited": UNLIMITED,
    "unlimited_levels": UNLIMITED,
    "unlimited_depth": UNLIMITED,
    "infinity": UNLIMITED,
    "infinity_bps": UNLIMITED,
    "carry_over": PLACEMENT,
    "flush": PLACEMENT,
    "matching_bps": MATCHING,
    "fast_start_bps": FAST_START,
}
# Values that ask for the same thing under a key that is allowed otherwise, alone or within a list or a table.
VALUED = frozenset(
    {
        "on",
        "threshold_on",
        "shares_on",
        "levels",
        "levels_bps",
        "max_levels",
        "depth",
        "max_depth",
        "depth_by_rank",
        "generations",
        "rates_bps",
        "max_paid_per_sale",
        "qualification",
        "eligibility",
    }
)
ENDLESS = frozenset({"unlimited", "infinite", "infinity"})
OWN_PURCHASES = frozenset({"autoship", "autoship_cv", "autoship_pv", "own_purchases", "purchases"})
RECRUITS = frozenset({"recruits", "new_recruits", "hub_new_recruits", "enrolments", "hub_new_members"})


def not_lawful(reason: Reason, *, key: str, file: str) -> NotLawful:
    """The refusal to raise."""
    return NotLawful(f"is refused: {reason.words}", key=key, file=file, clause=reason.clause, source=reason.source)


def of_entry(name: str, value: object) -> Reason | None:
    """Why a key, or a value under a key that is allowed otherwise, is refused, if it is."""
    if name in KEYS:
        return KEYS[name]
    if name not in VALUED:
        return None
    within = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
    said = {one.lower() for one in within if isinstance(one, str)}
    for words, reason in ((ENDLESS, UNLIMITED), (OWN_PURCHASES, AUTOSHIP), (RECRUITS, RECRUITING)):
        if said & words:
            return reason
    return None
