#!/usr/bin/env python3
"""Check a statement of earnings without anybody's help: each amount, each hash, the signature.

    python verify_statement.py FILE [--key HEX | --keys FILE]

One file that needs nothing but Python 3.11, so that whoever is paid can keep it, read it and run it anywhere; that is
why it is longer than other files of this project. It imports nothing of the application: the plan's words and RFC 8032
are written down here a second time.

The form of a statement. UTF-8 text: JSON with sorted keys, whole numbers only, one space of indentation a level and a
line feed at the end, exactly as `json.dumps(…, ensure_ascii=False, indent=1, sort_keys=True)` writes it. Its first
level are the SECTIONS, one of them the seal:
- `seal.hashes` has for each other section the SHA-256 of its text, from the line with its name to its last line without
  the comma behind it (`all`), and the first 16 hex digits of the same of each entry in it (`items`). Since version 2
  the entries of `corrections` and `later` begin wherever a line is indented by five spaces or fewer;
- `seal.over_all` is the SHA-256 of lines "name hash" of all sections in order, each ended by a line feed;
- `seal.signature` is Ed25519 (RFC 8032) over "hubapp-statement " + `about.version` + " " + `seal.key` + " " +
  `seal.over_all` in ASCII, and `seal.key` the first 16 hex digits of the SHA-256 of the 32 bytes of `seal.public_key`.

Versions of the form. Both are read. In 1 there is no section `later`. Since 2, `corrections` has what late refunds
changed of earlier periods and was booked with the close of this one, and is due with it; `later` has what the closes of
later periods changed of this one, and is due with theirs. Both compute a period twice by the plan that held then: as it
`was`, and as it is `now`.

What is paid. Rates are basis points, amounts minor units, exact amounts 1/10000 of one: `exact = base * bps`. What
cannot be known without other people's data is in `group`, `facts` and `network`, summed so far that nobody shows. This
program recomputes everything from there on, checks what can be checked of them, and names each one, as `run.taken`
does: "taken from the run" means that it follows from the run's frozen inputs, whose digest is `run.inputs`, so that
whoever may see them can recompute it; two files of one run that say different things of it prove each other wrong.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256, sha512
from itertools import pairwise
from pathlib import Path
from typing import Any

FORMAT = "hubapp-statement"
VERSION = 2
SCALE = 10_000
SECTIONS = (
    "about",
    "corrections",
    "earner",
    "facts",
    "group",
    "later",
    "lines",
    "network",
    "orders",
    "period",
    "plan",
    "run",
    "seal",
    "standing",
    "totals",
)
SECTIONS_OF = {1: tuple(name for name in SECTIONS if name != "later"), VERSION: SECTIONS}
BODY = ("facts", "group", "lines", "network", "orders", "run", "standing")  # what a correction holds twice
MULTI_LEVEL = ("differential", "unilevel", "generation", "group_tier")
ITEM_DIGITS = 16

Tiers = list[tuple[int, int]]  # (from, basis points), the first one from 0


class Wrong(Exception):
    """What a statement says cannot be; `path` says where."""

    def __init__(self, path: str, words: str) -> None:
        super().__init__(f"{path}: {words}")
        self.path, self.words = path, words


# Arithmetic


def tiers_of(steps: list[dict[str, int]]) -> Tiers:
    """Ascending, from 0 on; beneath a plan's first tier nothing is paid."""
    found = [(step["from"], step["bps"]) for step in steps]
    return found if found[0][0] == 0 else [(0, 0), *found]


def rate_at(tiers: Tiers, volume: int) -> int:
    """The rate of the tier that a volume reaches; the boundary belongs to the upper tier."""
    return [bps for start, bps in tiers if start <= volume][-1]


def between(tiers: Tiers, low: int, high: int) -> list[tuple[int, int]]:
    """(amount, rate) of what lies between two volumes, tier by tier."""
    edges = [low, *(start for start, _ in tiers if low < start < high), high]
    return [(end - start, rate_at(tiers, start)) for start, end in pairwise(edges) if end > start]


def worth(tiers: Tiers, volume: int) -> int:
    """Exact: each part of a volume at the rate of its own tier."""
    return sum(base * bps for base, bps in between(tiers, 0, volume))


def by_tiers(tiers: Tiers, volume: int, mode: str) -> list[tuple[int, int]]:
    """(amount, rate): tier by tier (marginal), or the whole at the rate that it reaches (slab)."""
    return between(tiers, 0, volume) if mode == "marginal" else [(volume, rate_at(tiers, volume))]


def divided(total: int, weights: Sequence[int]) -> list[int]:
    """Whole parts by largest remainder, the earlier first among equals; nothing without a weight."""
    whole = sum(weights)
    if not whole:
        return [0 for _ in weights]
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-(total * weights[place] % whole), place))
    for place in order[: total - sum(parts)]:
        parts[place] += 1
    return parts


def part_of(total: int, share: dict[str, int], path: str) -> int:
    """One part of such a division: `you` of `of`, and `extra`: whether the largest remainders gave one more."""
    whole, mine, extra = share["of"], share["you"], share["extra"]
    if mine > whole:
        raise Wrong(f"{path}.you", f"{mine} is more than the {whole} of all together")
    if extra not in {0, 1} or (extra and not (whole and total * mine % whole)):
        raise Wrong(f"{path}.extra", f"{extra} cannot be: nothing remains to be divided")
    return total * mine // whole + extra if whole else 0


def rounded(rules: dict[str, Any], exact: int) -> int:
    """Minor units, as the plan rounds."""
    unit: int = rules["unit"]
    half = SCALE * unit // 2 if rules["mode"] == "half_up" else 0
    return (exact + half) // (SCALE * unit) * unit


# What one component earns


@dataclass
class Earned:
    """Exact: from own sales, from the group, and the pieces that sum to both."""

    pieces: list[dict[str, Any]]
    own: int = 0
    down: int = 0
    is_ruled: bool = False  # whether rules on a member can forfeit it

    @classmethod
    def of(cls, pieces: list[dict[str, Any]], own: int = 0, *, is_ruled: bool = False) -> Earned:
        """Whatever is not `own` comes from the group."""
        kept = [piece for piece in pieces if piece["exact"]]
        return cls(kept, own, sum(piece["exact"] for piece in kept) - own, is_ruled)


@dataclass
class Body:
    """The facts of one period, and notes of what was taken from the run."""

    rules: dict[str, Any]
    data: dict[str, Any]
    taken: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Own sales that count, by the plan's base."""
        base = self.rules["base"]
        self.orders = [one for one in self.data["orders"] if counts(base, one)]
        self.own: int = sum(one["cv"] for one in self.orders)
        self.own_pv: int = sum(one["pv"] for one in self.orders)
        self.standing = self.data["standing"]
        self.rank = self.standing["rank"] or ""

    def given(self, section: str, name: str, words: str) -> Any:
        """A value that cannot be recomputed from the file."""
        path = f"{section}.{name}"
        if name not in self.data[section]:
            raise Wrong(path, "is missing: without it the pay cannot be recomputed")
        self.taken[path] = words
        return self.data[section][name]

    def volume(self, name: str) -> int:
        """The volume that reaches a tier."""
        if name in {"cv", "pv"}:
            return self.own if name == "cv" else self.own_pv
        if name == "cumulative_cv":
            self.taken["standing.earlier_cv"] = "own volume of earlier periods"
            earlier: int = self.standing["earlier_cv"]
            return self.own + earlier
        if name == "hub":
            words = "turnover of the hubs that the earner looks after, whole for each"
            turnover: int = self.given("standing", "hub_turnover", words)
            return turnover
        if name == "gpv":
            points: int = self.given("group", "pv", "points of the whole downline")
            return self.own_pv + points
        down: int = self.given("group", "cv", "volume of the whole downline")
        return down if name == "gv_down" else self.own + down

    def facts(self, component: dict[str, Any], words: str) -> tuple[dict[str, Any], str]:
        """What the file says of a component beyond own sales, and where it stands."""
        path = f"facts.{component['id']}"
        found: dict[str, Any] = self.data["facts"].get(component["id"], {})
        if found:
            self.taken[path] = words
        return found, path


def counts(base: dict[str, Any] | None, order: dict[str, Any]) -> bool:
    """Whether a sale is one that the plan pays for."""
    return base is None or (
        order["buyer"] in base["commissionable_buyers"] and order["kind"] not in base["exclude_kinds"]
    )


def piece(why: str, base: int, bps: int | None, exact: int | None = None, **more: Any) -> dict[str, Any]:
    """One addend of a line."""
    return {"why": why, "base": base, "bps": bps, "exact": base * (bps or 0) if exact is None else exact, **more}


def own_sales(body: Body, tiers: Tiers, start: int) -> list[dict[str, Any]]:
    """Order by order; one that reaches over a boundary gives a piece for each tier."""
    pieces, running = [], start
    for order in body.orders:
        for base, bps in between(tiers, running, running + order["cv"]):
            pieces.append(piece("own_sale", base, bps, order=order["order"]))
        running += order["cv"]
    return pieces


def at_rate(body: Body, bps: int) -> list[dict[str, Any]]:
    """Every own sale at one rate."""
    return [piece("own_sale", order["cv"], bps, order=order["order"]) for order in body.orders]


def personal_tier(rule: dict[str, Any], body: Body) -> Earned:
    """Tiers on own sales; `threshold_on` says which volume reaches them."""
    tiers, reached = tiers_of(rule["tiers"]), body.volume(rule["threshold_on"])
    slab = rule["mode"] == "slab"
    pieces = at_rate(body, rate_at(tiers, reached)) if slab else own_sales(body, tiers, reached - body.own)
    return Earned.of(pieces, sum(one["exact"] for one in pieces))


def retail_margin(rule: dict[str, Any], body: Body) -> Earned:
    """A rate on own sales."""
    return Earned.of(at_rate(body, rule["bps"]), body.own * int(rule["bps"]))


def differential(rule: dict[str, Any], body: Body) -> Earned:
    """Slab: the difference to the highest rate beneath; marginal: f(group) - the sum of f(leg)."""
    if rule["mode"] == "marginal":
        return _marginal(rule, body)
    if rule["schedule"] is None:
        bps = rule["rate_by_rank"].get(body.rank, 0)
    else:
        bps = rate_at(tiers_of(rule["schedule"]), body.volume(rule["threshold_on"]))
    facts, path = body.facts(rule, "downline volume by the highest rate that others have beneath")
    pieces = at_rate(body, bps)
    for place, row in enumerate(facts.get("beneath", [])):
        if not 0 <= row["bps"] < bps:
            raise Wrong(f"{path}.beneath[{place}].bps", f"{row['bps']} is not below the own rate of {bps}")
        pieces.append(piece("difference", row["cv"], bps - row["bps"], beneath=row["bps"]))
    return Earned.of(pieces, body.own * bps, is_ruled=True)


def _marginal(rule: dict[str, Any], body: Body) -> Earned:
    tiers, down = tiers_of(rule["schedule"]), body.volume("gv_down")
    facts, path = body.facts(rule, "volumes of the legs; small legs of one tier stand together")
    pieces = own_sales(body, tiers, 0)
    parts = [piece("group_volume", base, bps) for base, bps in between(tiers, body.own, body.own + down)]
    legs = facts.get("legs", [])
    parts += [piece("leg", row["cv"], None, -worth(tiers, row["cv"]), leg=row["leg"]) for row in legs]
    for place, row in enumerate(facts.get("together", [])):
        parts.append(piece("legs", row["cv"], None, -_together(tiers, row, f"{path}.together[{place}]"), **_tier(row)))
    all_legs = sum(one["base"] for one in parts if one["why"] != "group_volume")
    if all_legs != down:
        raise Wrong(path, f"the legs have {all_legs} together, the downline {down}")
    group = piece("group", down, None, sum(one["exact"] for one in parts), parts=parts)
    return Earned.of([*pieces, group], worth(tiers, body.own), is_ruled=True)


def _tier(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("from", "legs") if name in row}


def _together(tiers: Tiers, row: dict[str, Any], path: str) -> int:
    """The sum of f over legs of one tier, where f is a straight line: their number and their sum are enough."""
    starts = [start for start, _ in tiers]
    if row["from"] not in starts:
        raise Wrong(f"{path}.from", f"no tier starts at {row['from']}")
    bps, offset = rate_at(tiers, row["from"]), worth(tiers, row["from"])
    number = row.get("legs", 0)
    if offset != row["from"] * bps and not number:
        raise Wrong(f"{path}.legs", "their number is missing")
    above = starts[starts.index(row["from"]) + 1 :]
    if number and not (number * row["from"] <= row["cv"] and (not above or row["cv"] < number * above[0])):
        raise Wrong(f"{path}.cv", f"{number} legs of this tier cannot have {row['cv']} together")
    return int(row["cv"] * bps + number * (offset - row["from"] * bps))


def unilevel(rule: dict[str, Any], body: Body) -> Earned:
    """A rate per level above the seller; active members take the levels that their rank allows."""
    levels, depths = rule["levels_bps"], rule["depth_by_rank"]
    depth = len(levels) if depths is None else depths.get(body.rank, 0)
    most = min(depth, len(levels)) if body.standing["active"] else 0
    facts, path = body.facts(rule, "downline volume by level")
    pieces, before = [], 0
    for place, row in enumerate(facts.get("levels", [])):
        if not before < row["level"] <= most:
            raise Wrong(f"{path}.levels[{place}].level", f"{row['level']} is none of the {most} levels to be taken")
        before = row["level"]
        pieces.append(piece("level", row["cv"], levels[before - 1], level=before))
    return Earned.of(pieces, is_ruled=True)


def generation(rule: dict[str, Any], body: Body) -> Earned:
    """Rates for a member of the rank, by how many of that rank stand between the sale and them."""
    facts, path = body.facts(rule, "downline volume by generation")
    pieces, before, rates = [], 0, rule["rates_bps"] if body.rank == rule["breakaway_rank"] else []
    for place, row in enumerate(facts.get("generations", [])):
        if not before < row["generation"] <= len(rates):
            raise Wrong(f"{path}.generations[{place}].generation", f"{row['generation']} is not paid to this rank")
        before = row["generation"]
        pieces.append(piece("generation", row["cv"], rates[before - 1], level=before))
    return Earned.of(pieces, is_ruled=True)


def group_tier(rule: dict[str, Any], body: Body) -> Earned:
    """Tiers on the group's volume for some ranks; what own sales earn alone is own."""
    if rule["ranks"] and body.rank not in rule["ranks"]:
        return Earned.of([], is_ruled=True)
    tiers, volume = tiers_of(rule["tiers"]), body.volume(rule["on"])
    pieces = [piece("group", base, bps) for base, bps in by_tiers(tiers, volume, rule["mode"])]
    alone = by_tiers(tiers, body.own if rule["on"] == "gv" else 0, rule["mode"])
    whole = sum(one["exact"] for one in pieces)
    return Earned.of(pieces, min(whole, sum(base * bps for base, bps in alone)), is_ruled=True)


def pool(rule: dict[str, Any], body: Body) -> Earned:
    """A fund divided by shares, of which nobody takes more than the cap."""
    facts, path = body.facts(rule, "shares in the pool, and where the last units of a division went")
    if not facts:
        return Earned.of([])
    fund = rule["fund_fixed"]
    if not fund:
        fund = body.given("network", "turnover", "volume of the whole network") * rule["fund_bps"] // SCALE
    if "hubs" in facts:
        amount = 0
        for place, row in enumerate(facts["hubs"]):
            where = f"{path}.hubs[{place}]"
            amount += part_of(part_of(fund, row["customers"], f"{where}.customers"), row["days"], f"{where}.days")
    else:
        amount = part_of(fund, facts["shares"], f"{path}.shares")
    most = rule["per_participant_cap_bps_of_pool"]
    if most is not None:
        amount = min(amount, fund * most // SCALE)
    return Earned.of([piece("pool", fund, None, amount * SCALE)], amount * SCALE)


def hub_share(rule: dict[str, Any], body: Body) -> Earned:
    """A fee on a hub's amounts, of which its connectors have a part."""
    facts, path = body.facts(rule, "amounts of the hubs, and days as a connector")
    pieces, split = [], (rule["split_bps"]["company"], rule["split_bps"]["connector"])
    for place, row in enumerate(facts.get("hubs", [])):
        fee = rounded(body.rules["rounding"], row["amount"] * rule["fee_bps"])
        connectors = divided(fee, split)[1]
        mine = part_of(connectors, row["days"], f"{path}.hubs[{place}].days")
        pieces.append(piece("hub_fee", row["amount"], None, mine * SCALE, hub=row["hub"]))
    return Earned.of(pieces, sum(one["exact"] for one in pieces))


def hub_tier(rule: dict[str, Any], body: Body) -> Earned:
    """Tiers on a hub's turnover and a fixed payment on conditions; several connectors divide the rounded sum."""
    facts, path = body.facts(rule, "turnover and customers of the hubs, and the parts of their connectors")
    tiers, pieces = [*tiers_of(rule["tiers"])], []
    for place, row in enumerate(facts.get("hubs", [])):
        turnover, hub = row["turnover"], row["hub"]
        mine = [piece("hub_tier", *pair, hub=hub) for pair in by_tiers(tiers, turnover, rule["mode"])]
        enough = turnover >= rule["fixed_min_turnover"] and row["customers"] >= rule["fixed_min_customers"]
        if turnover and enough and rule["fixed_payment"]:
            mine.append(piece("hub_fixed", turnover, None, rule["fixed_payment"] * SCALE, hub=hub))
        if row["part"] is not None:
            whole = rounded(body.rules["rounding"], sum(one["exact"] for one in mine))
            part = part_of(whole, row["part"], f"{path}.hubs[{place}].part")
            mine = [piece("hub_part", turnover, None, part * SCALE, hub=hub)]
        pieces += mine
    return Earned.of(pieces, sum(one["exact"] for one in pieces))


def geometric(rule: dict[str, Any], body: Body) -> Earned:
    """A reward for the seller, the ratio of it for each next upline (worked cases only)."""
    facts, _ = body.facts(rule, "number of sales by depth")
    rewards, reward, left = [], rule["reward"], rule["budget"]
    sales = {0: len(body.orders)} | {row["depth"]: row["sales"] for row in facts.get("depths", [])}
    for depth in range(min(max(sales), 100_000) + 1):
        reward = min(reward, left)
        left -= reward
        rewards.append(piece("reward", 0, None, reward * sales.get(depth, 0) * SCALE, depth=depth))
        reward = reward * rule["ratio_num"] // rule["ratio_den"]
    return Earned.of(rewards, sum(one["exact"] for one in rewards))


def nothing(_rule: dict[str, Any], _body: Body) -> Earned:
    """A component that pays no member."""
    return Earned.of([])


COMPONENTS: dict[str, Callable[[dict[str, Any], Body], Earned]] = {
    "personal_tier": personal_tier,
    "retail_margin": retail_margin,
    "differential": differential,
    "unilevel": unilevel,
    "generation": generation,
    "group_tier": group_tier,
    "pool": pool,
    "hub_share": hub_share,
    "hub_tier": hub_tier,
    "geometric": geometric,
    "fee_cascade": nothing,
}


# Rules on a member, rounding, caps, totals


def rules_on(component: dict[str, Any], rules: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """(minima, which volume they mean) of the component's own rule, then of the plan's."""
    found = []
    own = component.get("customer_rule") or {}
    if component["type"] == "differential" and (own or component["eligibility"]):
        minima = (own.get("min_customers"), own.get("min_customer_pv"))
        found.append((_rule(*minima, majority=bool(component["eligibility"])), "customer_pv"))
    plans = rules["eligibility"]
    if plans and component["type"] in MULTI_LEVEL:
        minima = (plans["min_verified_customers"], plans["or_min_customer_cv"])
        found.append((_rule(*minima, majority=plans["majority_nonparticipant"]), "customer_cv"))
    return found


def _rule(customers: int | None, volume: int | None, *, majority: bool) -> dict[str, Any]:
    return {"customers": customers, "volume": volume, "majority": majority}


def forfeited(earned: Earned, component: dict[str, Any], body: Body) -> tuple[int, str | None]:
    """Exact, and why: everything without a majority of customers, the group's part with too few of them."""
    amount = whole = earned.own + earned.down
    reason = None
    for rule, volume in rules_on(component, body.rules) if earned.is_ruled else ():
        if not amount:
            break
        if rule["majority"] and not has_majority(body):
            amount, reason = 0, "inside_buyers"
            continue
        minima = ((rule["customers"], "customers"), (rule["volume"], volume))
        below = [body.standing[name] < least for least, name in minima if least is not None]
        if below and all(below) and amount > earned.own:
            amount, reason = earned.own, "few_customers"
    return whole - amount, reason


def has_majority(body: Body) -> bool:
    """Whether more than half of the group's volume was bought by customers from outside."""
    if "majority" in body.data["group"]:
        words = "whether customers bought more than half (the sums would show a single person's purchases)"
        return bool(body.given("group", "majority", words))
    theirs = body.given("group", "from_customers", "downline volume bought by customers")
    everything = body.given("group", "everything", "all downline volume, what does not count included")
    if theirs > everything:
        raise Wrong("group.from_customers", f"{theirs} is more than everything, {everything}")
    theirs += sum(one["cv"] for one in body.data["orders"] if one["buyer"] == "customer")
    everything += sum(one["cv"] for one in body.data["orders"])
    return bool(2 * theirs > everything)


def line_of(component: dict[str, Any], body: Body) -> dict[str, Any]:
    """One line up to its rounding."""
    earned = COMPONENTS[component["type"]](component, body)
    computed = earned.own + earned.down
    lost, reason = forfeited(earned, component, body)
    return {
        "component": component["id"],
        "type": component["type"],
        "pieces": earned.pieces,
        "computed": computed,
        "forfeited": lost,
        "reason": reason,
        "exact": computed - lost,
        "rounded": rounded(body.rules["rounding"], computed - lost),
    }


def lines_of(rules: dict[str, Any], data: dict[str, Any], taken: dict[str, str]) -> list[dict[str, Any]]:
    """Every component's line, after caps, with minor units for each piece."""
    body = Body(rules, data, taken)
    lines = [line_of(component, body) for component in rules["components"]]
    amounts = [line["rounded"] for line in lines]
    most = rules["caps"]["per_participant_cents"]
    if most is not None and sum(amounts) > most:
        amounts = divided(most, amounts)
    for line, amount in zip(lines, amounts, strict=True):
        line["within_own_cap"] = amount
    if rules["caps"]["total_bps"] is not None and body.given("network", "cap", "whether the total cap was reached"):
        amounts = _scaled(amounts, body)
    for line, amount in zip(lines, amounts, strict=True):
        line["amount"] = amount
        parts = divided(amount, [one["exact"] for one in line["pieces"]])
        for one, part in zip(line["pieces"], parts, strict=True):
            one["minor"] = part
    return lines


def _scaled(amounts: list[int], body: Body) -> list[int]:
    """By the plan's order of scaling, the rest together after it: everybody by largest remainder."""
    amounts, cap, caps = list(amounts), body.data["network"]["cap"], body.rules["caps"]
    names = [component["id"] for component in body.rules["components"]]
    turnover = body.given("network", "turnover", "volume of the whole network")
    excess = cap["total"] - turnover * caps["total_bps"] // SCALE
    if excess <= 0:
        raise Wrong("network.cap.total", f"{cap['total']} is within the cap, nothing is to be scaled")
    for name in caps["scale_order"]:
        if excess <= 0:
            return amounts
        place, row = names.index(name), cap["scaled"][name]
        left = max(0, row["of"] - excess)
        amounts[place] = part_of(left, {**row, "you": amounts[place]}, f"network.cap.scaled.{name}")
        excess -= row["of"] - left
    if excess <= 0:
        return amounts
    rest = [place for place, name in enumerate(names) if name not in caps["scale_order"]]
    mine, row = sum(amounts[place] for place in rest), cap["rest"]
    total = part_of(max(0, row["of"] - excess), {**row, "you": mine}, "network.cap.rest")
    for place, amount in zip(rest, divided(total, [amounts[place] for place in rest]), strict=True):
        amounts[place] = amount
    return amounts


def differences(was: list[dict[str, Any]], now: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What late refunds changed, component by component."""
    pairs = zip(was, now, strict=True)
    rows = [(old["component"], old["amount"], new["amount"]) for old, new in pairs if old["amount"] != new["amount"]]
    return [{"component": name, "was": old, "now": new, "difference": new - old} for name, old, new in rows]


def totals_of(
    rules: dict[str, Any],
    lines: list[dict[str, Any]],
    corrections: list[dict[str, Any]],
    later: list[dict[str, Any]] | None,
    debt: int | None,
) -> dict[str, Any]:
    """The period, corrections of earlier ones, and what is due; with a debt told, how it is settled.

    `later`: what later closes changed of this period, and so what it comes to by now; None in version 1 of the form.
    """
    period = sum(line["amount"] for line in lines)
    corrected, changed = (
        sum(row["difference"] for one in rows for row in one["lines"]) for rows in (corrections, later or [])
    )
    due = period + corrected
    found: dict[str, Any] = {"period": period, "corrections": corrected, "due": due, "settlement": None}
    if later is not None:
        found |= {"later": changed, "by_now": period + changed}
    if debt is None:
        return found
    terms = rules["refunds"] or {"holdback_bps": 0, "recover_bps_of_next_payouts": SCALE}
    recovered = min(debt, due * terms["recover_bps_of_next_payouts"] // SCALE) if due > 0 else 0
    held = (due - recovered) * terms["holdback_bps"] // SCALE if due > 0 else 0
    paid = due - recovered - held if due > 0 else 0
    after = debt - recovered - min(due, 0)
    parts = {"recovered": recovered, "held": held, "paid": paid, "debt_after": after}
    return {**found, "settlement": {"debt_before": debt, **parts}}


# Ed25519 (RFC 8032, section 5.1), verification only

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]  # extended homogeneous coordinates: x = X/Z, y = Y/Z, x*y = T/Z
NEUTRAL: Point = (0, 1, 1, 0)


def add(one: Point, two: Point) -> Point:
    """The sum of two points; also doubles."""
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    """A multiple of a point."""
    found = NEUTRAL
    while number:
        if number & 1:
            found = add(found, point)
        point, number = add(point, point), number >> 1
    return found


def is_same(one: Point, two: Point) -> bool:
    """Whether two points are one, whatever their Z."""
    return not ((one[0] * two[2] - two[0] * one[2]) % P or (one[1] * two[2] - two[1] * one[2]) % P)


def point_of(data: bytes) -> Point | None:
    """The point behind 32 bytes; None where there is none."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (not x and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE_POINT = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or NEUTRAL


def is_signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature is that key's over that message."""
    if (len(public_key), len(signature)) != (32, 64):
        return False
    key, commitment = point_of(public_key), point_of(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or scalar >= L:
        return False
    challenge = int.from_bytes(sha512(signature[:32] + public_key + message).digest(), "little") % L
    return is_same(times(scalar, BASE_POINT), add(commitment, times(challenge, key)))


# The form: text, sections, hashes


def canonical(value: Any) -> bytes:
    """The one text of a value."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _no_float(text: str) -> Any:
    raise ValueError(f"{text} is no whole number")


def parsed(text: bytes) -> Any:
    """A value of JSON without fractions. Raises ValueError."""
    try:
        return json.loads(text.decode(), parse_float=_no_float, parse_constant=_no_float)
    except RecursionError:
        raise ValueError("too many brackets within each other") from None


@dataclass(frozen=True)
class Block:
    """Some lines of the file that belong together: a section, or an entry of one."""

    name: str
    first: int  # index of its first line
    lines: tuple[bytes, ...]
    depth: int = 2  # how far its entries are indented at most

    @property
    def text(self) -> bytes:
        """What is hashed."""
        return b"\n".join(self.lines).removesuffix(b",")

    @property
    def hash(self) -> str:
        """SHA-256 of the text."""
        return sha256(self.text).hexdigest()

    def entries(self) -> list[Block]:
        """The blocks one level further in, or, where whole periods stand in it, down to their own entries."""
        begins = rb"  [^ \]}]" if self.depth == len("  ") else rb" {2,%d}[^ ]" % self.depth
        starts = [at for at, line in enumerate(self.lines) if re.match(begins, line)]
        ends = [*starts[1:], len(self.lines) - 1]
        return [Block("", self.first + at, self.lines[at:end]) for at, end in zip(starts, ends, strict=False)]


def sections_of(lines: Sequence[bytes]) -> dict[str, Block]:
    """The sections by name, as far as the line with their name is as it must be."""
    names = _sections_in(b"\n".join(lines))
    wanted = {line: name for name in names for line in _headers(name)}
    starts = [(at, wanted[line]) for at, line in enumerate(lines) if line in wanted]
    after = starts[-1][0] if starts else 0
    last = next((at for at, line in enumerate(lines) if at > after and not line.startswith(b" ")), len(lines))
    ends = [*(at for at, _ in starts[1:]), last]
    depths = dict.fromkeys(("corrections", "later"), 5) if "later" in names else {}
    return {
        name: Block(name, at, tuple(lines[at:end]), depths.get(name, 2))
        for (at, name), end in zip(starts, ends, strict=False)
    }


def _sections_in(raw: bytes) -> tuple[str, ...]:
    """The sections of the form's version: the newer one by the section that it added, wherever it is named."""
    return SECTIONS if re.search(rb'^ +"later": ', raw, re.MULTILINE) else SECTIONS_OF[1]


def _headers(name: str) -> Iterator[bytes]:
    for opening in ("{", "[", "{}", "[]", "{},", "[],"):
        yield f' "{name}": {opening}'.encode()


def hashes_of(sections: dict[str, Block]) -> dict[str, Any]:
    """What `seal.hashes` must be."""
    return {
        name: {"all": block.hash, "items": [entry.hash[:ITEM_DIGITS] for entry in block.entries()]}
        for name, block in sections.items()
        if name != "seal"
    }


def over_all(hashes: dict[str, Any]) -> str:
    """One hash over those of all sections."""
    return sha256("".join(f"{name} {hashes[name]['all']}\n" for name in sorted(hashes)).encode()).hexdigest()


def key_id(public_key: bytes) -> str:
    """How a key is called."""
    return sha256(public_key).hexdigest()[:16]


def signed_text(key: str, hash_: str, version: int = VERSION) -> bytes:
    """What is signed."""
    return f"{FORMAT} {version} {key} {hash_}".encode()


# Naming what was changed


@dataclass
class Findings:
    """What does not fit: (section, in words)."""

    all: list[tuple[str, str]] = field(default_factory=list)

    def add(self, section: str, words: str) -> None:
        """One more."""
        self.all.append((section, words))

    @property
    def sections(self) -> list[str]:
        """Where something does not fit, each once."""
        return list(dict.fromkeys(section for section, _ in self.all))


def changes(raw: bytes) -> Findings:
    """Every place whose bytes are not those that were sealed; nothing, where the seal itself was made anew."""
    lines, found = raw.split(b"\n"), Findings()
    sections = sections_of(lines)
    for name in _sections_in(raw):
        if name not in sections:
            found.add(name, _lost(name, lines))
    if found.all:
        return found
    hashes = hashes_of(sections)
    stated = _stated(sections["seal"].text)
    is_untouched = f'"over_all": "{over_all(hashes)}"'.encode() in sections["seal"].text
    for name, block in sections.items():
        if not is_untouched and name != "seal" and name in stated and stated[name]["all"] != block.hash:
            _in_section(block, stated[name], raw, found)
    if not found.all:
        _in_seal(sections["seal"], hashes, found)
    if not found.all and not _is_canonical(raw):
        found.add("frame", _in_frame(lines, sections))
    return found


def _lost(name: str, lines: Sequence[bytes]) -> str:
    """The section whose first line is not there: perhaps one byte of it is another."""
    for at, line in enumerate(lines, start=1):
        for header in _headers(name):
            if len(line) == len(header) and sum(a != b for a, b in zip(line, header, strict=True)) == 1:
                return f"section {name}, line {at}: expected {_shown(header)}, found {_shown(line)}"
    return f"section {name}: the line that opens it is not there as it must be"


def _stated(seal: bytes) -> dict[str, Any]:
    """The hashes that a seal states, of those sections for which it can be read."""
    each = rb'   "(\w+)": \{\n    "all": "([0-9a-f]{64})",\n    "items": \[([^\]]*)\]'
    return {
        name.decode(): {
            "all": whole.decode(),
            "items": [one.decode(errors="replace") for one in re.findall(rb'"([^"]*)"', items)],
        }
        for name, whole, items in re.findall(each, seal)
    }


def _in_section(block: Block, stated: dict[str, Any], raw: bytes, found: Findings) -> None:
    """Which entry is not the sealed one, and if one byte or number of it is another, which."""
    entries, wanted = block.entries(), stated["items"]
    hashes = [entry.hash[:ITEM_DIGITS] for entry in entries]
    head = _shared(wanted, hashes)
    tail = _shared(wanted[head:][::-1], hashes[head:][::-1])
    missing, changed = wanted[head : len(wanted) - tail], entries[head : len(entries) - tail]
    before, wrong, right = block.lines[:0], block.text, None
    if len(missing) == 1 and changed:
        before = block.lines[: changed[0].first - block.first]
        wrong = b"\n".join(line for one in changed for line in one.lines).removesuffix(b",")
        right = _mended(wrong, missing[0], raw)
    if right is None:
        before, wrong = block.lines[:0], block.text
        right = _mended(wrong, stated["all"], raw, only=b"\n ")
    if right is not None:
        _name_line(block, before, right.split(b"\n"), wrong.split(b"\n"), found)
    elif changed:
        names = ", ".join(_path(block, one.first, block.lines) for one in changed)
        found.add(block.name, f"section {block.name}, line {changed[0].first + 1}: {names}: not what was sealed")
    else:
        words = f"{len(missing)} entries are missing" if missing else "its brackets are not as they must be"
        found.add(block.name, f"section {block.name}, line {block.first + 1}: {words}")


def _name_line(block: Block, before: Sequence[bytes], right: list[bytes], wrong: list[bytes], found: Findings) -> None:
    """The line that differs, with its key path, what it must be and what it is."""
    at = _shared(right, wrong)
    line = block.first + len(before) + at
    path = _path(block, line, (*before, *right))
    expected, other = _leaf(right[at]), _leaf(wrong[at] if at < len(wrong) else b"")
    if expected == other:
        expected, other = _shown(right[at]), _shown(wrong[at])
    found.add(block.name, f"section {block.name}, line {line + 1}: {path}: expected {expected}, found {other}")


def _shared(one: Sequence[Any], two: Sequence[Any]) -> int:
    """How many entries two lists share from their beginning."""
    return next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))


def _mended(text: bytes, wanted: str, raw: bytes, *, only: bytes = b"") -> bytes | None:
    """The text with one byte, or one number, put right, if that gives the sealed hash; `only`: bytes to try."""
    longest, every_byte = (40_000 if only else 6000), 700
    if len(text) > longest or not re.fullmatch("([0-9a-f]{2})+", wanted):
        return None
    begin = bytes.fromhex(wanted)
    numbers = sorted({*re.findall(rb"(?<= )-?\d+(?=,?\n)", raw)}) if not only else []
    for number in re.finditer(rb"(?<= )-?\d+(?=,?(?:\n|$))", text):
        for other in numbers:
            whole: bytes = text[: number.start()] + other + text[number.end() :]
            if sha256(whole).digest().startswith(begin):
                return whole
    likely = only or bytes(range(256) if len(text) <= every_byte else (10, *range(32, 127)))
    done = sha256()
    for at in range(len(text)):
        tail = text[at + 1 :]
        for byte in likely:
            tried = done.copy()
            tried.update(bytes((byte,)) + tail)
            if tried.digest().startswith(begin):
                return text[:at] + bytes((byte,)) + tail
        done.update(text[at : at + 1])
    return None


def _path(block: Block, line: int, lines: Sequence[bytes]) -> str:
    """The key path of a line of the file, by the indentation of those before it."""
    labels: list[str] = []
    counts_: dict[int, int] = {}
    for one in lines[: line - block.first + 1]:
        depth = len(one) - len(one.lstrip(b" "))
        if one[depth : depth + 1] in {b"]", b"}", b""}:
            continue
        counts_ = {level: number for level, number in counts_.items() if level <= depth}
        key = re.match(rb'"((?:[^"\\]|\\.)*)": ', one[depth:])
        counts_[depth] = counts_.get(depth, -1) + 1
        name = "." + key[1].decode(errors="replace") if key else f"[{counts_[depth]}]"
        labels = [*labels[: depth - 1], name]
    return "".join(labels).lstrip(".")


def _leaf(line: bytes) -> str:
    """A line's value as people read it."""
    return _shown(re.sub(rb'^ *"(?:[^"\\]|\\.)*": ', b"", line).removesuffix(b",").strip())


def _shown(text: bytes) -> str:
    longest = 90
    words = text.decode(errors="backslashreplace")
    return words if len(words) <= longest else words[:longest] + "…"


def _in_seal(block: Block, hashes: dict[str, Any], found: Findings) -> None:
    """The first line of the seal that is not what the rest of the file makes of it."""
    public = re.search(rb'"public_key": "([0-9a-f]{64})"', block.text)
    signature = re.search(rb'"signature": "([0-9a-f]{128})"', block.text)
    key = re.search(rb'"key": "([0-9a-f]{16})"', block.text)
    name = key_id(bytes.fromhex(public[1].decode())) if public else key[1].decode() if key else "?" * 16
    wanted = {
        "hashes": hashes,
        "key": name,
        "over_all": over_all(hashes),
        "public_key": public[1].decode() if public else "64 hex digits",
        "signature": signature[1].decode() if signature else "128 hex digits",
    }
    right = canonical({"seal": wanted}).split(b"\n")[1:-2]
    at = _shared(right, block.text.split(b"\n"))
    if at == len(right) == len(block.text.split(b"\n")):
        return
    wrong = (*block.text.split(b"\n"), b"")[at]
    path = _path(block, block.first + min(at, len(right) - 1), right)
    expected = _leaf(right[at]) if at < len(right) else "nothing more"
    found.add("seal", f"section seal, line {block.first + at + 1}: {path}: expected {expected}, found {_leaf(wrong)}")


def _is_canonical(raw: bytes) -> bool:
    try:
        return canonical(parsed(raw)) == raw
    except (ValueError, RecursionError):
        return False


def _in_frame(lines: Sequence[bytes], sections: dict[str, Block]) -> str:
    """What is wrong between the sections: the outer braces, commas, or text that belongs to none."""
    for place, block in enumerate(sections.values()):
        last = block.first + len(block.lines)
        ends_well = lines[last - 1].endswith(b",") == (place < len(sections) - 1)
        if not ends_well:
            return f"line {last}: the comma between the sections, found {_shown(lines[last - 1])}"
    return "the outermost braces and line ends of the file are not as they must be"


# Recomputing


def compared(expected: Any, found: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """(key path, expected, found) of every value that differs."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in sorted({*expected, *found}):
            if name not in found or name not in expected:
                yield f"{path}.{name}", expected.get(name, "nothing"), found.get(name, "nothing")
            else:
                yield from compared(expected[name], found[name], f"{path}.{name}")
    elif isinstance(expected, list) and isinstance(found, list):
        for place in range(max(len(expected), len(found))):
            right, wrong = (one[place] if place < len(one) else "nothing" for one in (expected, found))
            yield from compared(right, wrong, f"{path}[{place}]")
    elif expected != found or type(expected) is not type(found):
        yield path, expected, found


def recomputed(document: dict[str, Any], taken: dict[str, str]) -> Findings:
    """Every amount from the plan and the facts, and every place where the statement says something else."""
    found = Findings()
    _plan(document["plan"], "plan", found)
    _body(document, document["plan"]["rules"], "", taken, found)
    for section in ("corrections", "later"):
        for place, one in enumerate(document.get(section, [])):
            _correction(one, f"{section}[{place}]", taken, found)
    _in_turn(document, found)
    settlement = document["totals"].get("settlement")
    debt = settlement["debt_before"] if settlement else None
    if debt is not None:
        taken["totals.settlement.debt_before"] = "what earlier periods left to be repaid"
    later = document.get("later")
    totals = totals_of(document["plan"]["rules"], document["lines"], document["corrections"], later, debt)
    _differ(totals, document["totals"], "totals", found)
    return found


def _correction(one: dict[str, Any], path: str, taken: dict[str, str], found: Findings) -> None:
    """One period, computed twice by its own plan, and the differences."""
    _plan(one["plan"], f"{path}.plan", found)
    for side in ("was", "now"):
        _body(one[side], one["plan"]["rules"], f"{path}.{side}.", taken, found)
    _differ(differences(one["was"]["lines"], one["now"]["lines"]), one["lines"], f"{path}.lines", found)


def _in_turn(document: dict[str, Any], found: Findings) -> None:
    """That each later correction of this period begins with what the one before left."""
    before = document["lines"]
    for place, one in enumerate(document.get("later", [])):
        path = f"later[{place}]"
        _differ(document["period"], one["period"], f"{path}.period", found)
        left, was = ({line["component"]: line["amount"] for line in lines} for lines in (before, one["was"]["lines"]))
        _differ(left, was, f"{path}.was.lines", found)
        before = one["now"]["lines"]


def _differ(expected: Any, stated: Any, path: str, found: Findings) -> None:
    for where, right, wrong in compared(expected, stated, path):
        found.add(re.split(r"[.\[]", where)[0], f"{where}: expected {right}, found {wrong}")


def _body(body: dict[str, Any], rules: dict[str, Any], path: str, taken: dict[str, str], found: Findings) -> None:
    own: dict[str, str] = {}
    try:
        for name in BODY:
            if name != "lines":
                _whole(body[name], path + name)
        _differ(lines_of(rules, body, own), body["lines"], f"{path}lines", found)
        _differ(sorted(own), body["run"]["taken"], f"{path}run.taken", found)
    except Wrong as wrong:
        found.add(re.split(r"[.\[]", path + wrong.path)[0], f"{path}{wrong}")
    taken.update({path + name: words for name, words in own.items()})


def _whole(value: Any, path: str) -> None:
    """No fact is below nothing. Raises Wrong."""
    for name, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        _whole(one, f"{path}.{name}" if isinstance(value, dict) else f"{path}[{name}]")
    if isinstance(value, int) and value < 0:
        raise Wrong(path, f"{value} is less than nothing")


def _plan(plan: dict[str, Any], path: str, found: Findings) -> None:
    """That the plan's own text has the digest that is published, and says what the rules say."""
    if plan["source"] is None:
        return
    digest = sha256(plan["source"].encode()).hexdigest()
    _differ(digest, plan["digest"], f"{path}.digest", found)
    try:
        text = tomllib.loads(plan["source"])
    except tomllib.TOMLDecodeError as error:
        found.add(path.split("[", maxsplit=1)[0], f"{path}.source: cannot be read as TOML: {error}")
        return
    rules = dict(plan["rules"], id=plan["id"], version=plan["version"], schema=1)
    _agrees(dict(text, components=text.pop("component", [])), rules, f"{path}.rules", found)


def _agrees(text: Any, rules: Any, path: str, found: Findings) -> None:
    """Whatever the plan's text says, the rules say too; they may say more: what holds where the text is silent."""
    if isinstance(text, dict) and isinstance(rules, dict):
        for name, value in text.items():
            same = "cv" if (name, value) == ("threshold_on", "own_cv") else value
            # Tiers of a hub always stand on its turnover, so that their rules need not say it.
            held = "hub" if name == "threshold_on" and rules.get("type") == "hub_tier" else rules.get(name)
            _agrees(same, held, f"{path}.{name}", found)
    elif isinstance(text, list) and isinstance(rules, list) and len(text) == len(rules) and _plain(text, path) is text:
        for place, (one, two) in enumerate(zip(text, rules, strict=True)):
            _agrees(one, two, f"{path}[{place}]", found)
    elif _plain(text, path) != _plain(rules, path):
        found.add(path.split(".", maxsplit=1)[0], f"{path}: expected {text}, found {rules}")


def _plain(value: Any, path: str) -> Any:
    """Dates as texts, and names whose order says nothing in order."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value) and not path.endswith("scale_order"):
        return sorted(value)
    return value if value is None or isinstance(value, int | str | list | dict) else str(value)


# The whole check


@dataclass
class Report:
    """What came out: `problems` is empty where everything fits."""

    document: dict[str, Any] | None = None
    problems: list[str] = field(default_factory=list)
    follows: list[str] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)
    signer: str = ""

    @property
    def is_right(self) -> bool:
        """Nothing is wrong."""
        return not self.problems and not self.follows


def check(raw: bytes, keys: dict[str, bytes] | None = None) -> Report:
    """Everything; `keys` by their ids are those that the network publishes, None where none were given."""
    report, bytes_, sums = Report(), changes(raw), Findings()
    try:
        document = parsed(raw)
        _shape(document)
        report.document = document
        sums = recomputed(document, report.taken)
    except ValueError as error:
        sums.add("frame", f"the file cannot be read as a statement: {error}")
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError) as error:
        sums.add("frame", f"something is not where it must be, or not of its kind: {error!r}")
    report.sections = bytes_.sections or sums.sections
    report.problems = [words for _, words in bytes_.all]
    for section, words in sums.all:
        if section not in report.sections:
            report.follows.append(words)
        elif not any(words in known for known in report.problems):
            report.problems.append(words)
    if not bytes_.all and report.document is not None:
        report.signer = _signed(report.document, keys, report)
    return report


def _shape(document: Any) -> None:
    found = sorted(document) if isinstance(document, dict) else []
    if found not in [sorted(names) for names in SECTIONS_OF.values()]:
        raise ValueError(f"its sections must be {', '.join(SECTIONS)}")
    form = document["about"]["format"], document["about"]["version"]
    if form[0] != FORMAT or form[1] not in SECTIONS_OF:
        known = " and ".join(map(str, SECTIONS_OF))
        raise ValueError(f"its form is {form[0]} {form[1]}, this program reads {FORMAT} {known}")
    if found != sorted(SECTIONS_OF[form[1]]):
        raise ValueError(f"its sections must be {', '.join(SECTIONS_OF[form[1]])}")


def _signed(document: dict[str, Any], keys: dict[str, bytes] | None, report: Report) -> str:
    """Who signed, in words; adds a problem where nobody did."""
    seal, version = document["seal"], document["about"]["version"]
    public, text = bytes.fromhex(seal["public_key"]), signed_text(seal["key"], seal["over_all"], version)
    if keys is not None and keys.get(seal["key"]) != public:
        report.problems.append(f"seal.key: {seal['key']} is not among the keys given ({', '.join(keys) or 'none'})")
        report.sections.append("seal")
    elif not is_signed(public, text, bytes.fromhex(seal["signature"])):
        report.problems.append(f"seal.signature: is not that of key {seal['key']} over {seal['over_all']}")
        report.sections.append("seal")
    known = "one of the keys given" if keys is not None else "the key in the file; compare it with the published ones"
    return f"Ed25519 by key {seal['key']}, {known}"


def keys_in(text: bytes) -> dict[str, bytes]:
    """Public keys by id, of a file as `/.well-known/hubapp-statement-keys.json` has it. Raises ValueError."""
    try:
        found = [bytes.fromhex(one["public_key"]) for one in json.loads(text)["keys"]]
    except (KeyError, TypeError) as error:
        raise ValueError(f"has not the form of published keys: {error!r}") from None
    return {key_id(one): one for one in found}


def told(report: Report) -> Iterator[str]:
    """The report in words, line by line."""
    if report.document is not None:
        yield from _told_of(report.document)
    for words in report.problems:
        yield f"WRONG    {words}"
    most = 12
    for words in report.follows[:most]:
        yield f"follows  {words}"
    if len(report.follows) > most:
        yield f"follows  … and {len(report.follows) - most} more"
    if report.is_right:
        yield "right    every amount is what the plan makes of the facts in this file, to the last unit"
        yield "right    every section and every entry has the hash that the seal names"
        yield f"right    signature: {report.signer}"
        for path, words in sorted(report.taken.items()):
            yield f"taken    from the run: {path} ({words})"
    yield "This statement is as it was signed." if report.is_right else "This statement is NOT as it was signed."


def _told_of(document: dict[str, Any]) -> Iterator[str]:
    try:
        period, plan = document["period"], document["plan"]
        digits = max(0, min(period["exponent"], 6))
        yield (
            f"Statement of {document['earner']['name']} ({document['earner']['account']}), {period['name']}, "
            f"{period['currency']}, by plan {plan['id']} version {plan['version']}, run {document['run']['id']}"
        )
        for line in document["lines"]:
            lost = (
                f" ({money(line['forfeited'] // SCALE, digits)} forfeited: {line['reason']})" if line["reason"] else ""
            )
            yield f"line     {line['component']}: {money(line['amount'], digits)}{lost}"
        for one in document["corrections"]:
            for row in one["lines"]:
                amount = money(row["difference"], digits)
                yield f"line     {one['period']['name']}, {row['component']}: {amount} corrected"
        yield f"total    {money(document['totals']['due'], digits)} {period['currency']}"
        yield from _told_of_later(document, digits)
    except (AttributeError, LookupError, TypeError):
        yield "Not everything in this file can be read."


def _told_of_later(document: dict[str, Any], digits: int) -> Iterator[str]:
    for one in document.get("later", []):
        for row in one["lines"]:
            amount = money(row["difference"], digits)
            yield f"later    {row['component']}: {amount} with the close of {one['booked_with']}"
    if document.get("later"):
        yield f"by now   {money(document['totals']['by_now'], digits)} {document['period']['currency']}"


def money(minor: int, digits: int) -> str:
    """Minor units in the currency's own unit."""
    whole, rest = divmod(abs(minor), 10**digits)
    return f"{'-' if minor < 0 else ''}{whole}{f'.{rest:0{digits}}' if digits else ''}"


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where everything fits, 1 where something does not, 2 for wrong usage."""
    parser = argparse.ArgumentParser(description="Check a statement of earnings without anybody's help.")
    parser.add_argument("file", metavar="FILE", type=Path)
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--key", metavar="HEX", help="the public key that must have signed")
    group.add_argument("--keys", metavar="FILE", type=Path, help="published keys, one of which must have signed")
    asked = parser.parse_args(arguments)
    keys = None
    try:
        if asked.key is not None:
            keys = {key_id(bytes.fromhex(asked.key)): bytes.fromhex(asked.key)}
        if asked.keys is not None:
            keys = keys_in(asked.keys.read_bytes())
        raw = asked.file.read_bytes()
    except OSError as error:
        sys.stderr.write(f"{error.filename}: {error.strerror}\n")
        return 1
    except ValueError as error:
        sys.stderr.write(f"the keys cannot be read: {error}\n")
        return 1
    report = check(raw, keys)
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    for line in told(report):
        sys.stdout.write(line + "\n")
    return 0 if report.is_right else 1


if __name__ == "__main__":
    sys.exit(main())
