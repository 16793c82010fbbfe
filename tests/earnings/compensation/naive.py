"""The plan's words a second time: sale by sale, in exact fractions, slow and plain; shares no code with the engine."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from math import floor
from typing import Any

Row = dict[str, Any]
Sums = dict[tuple[str, str], Fraction]  # (member, component)


def rate_at(tiers: list[Row], volume: int) -> Fraction:
    reached = [tier["bps"] for tier in tiers if tier["from"] <= volume]
    return Fraction(reached[-1] if reached else 0, 10_000)


def integral(tiers: list[Row], volume: int) -> Fraction:
    total = Fraction(0)
    for place, tier in enumerate(tiers):
        end = tiers[place + 1]["from"] if place + 1 < len(tiers) else volume
        total += max(0, min(end, volume) - tier["from"]) * Fraction(tier["bps"], 10_000)
    return total


def pay(tiers: list[Row], volume: int, mode: str) -> Fraction:
    return integral(tiers, volume) if mode == "marginal" else volume * rate_at(tiers, volume)


def largest_remainder(total: int, weights: dict[str, int]) -> dict[str, int]:
    whole = sum(weights.values())
    if not whole:
        return dict.fromkeys(weights, 0)
    quotas = {name: Fraction(total * weight, whole) for name, weight in weights.items()}
    parts = {name: floor(quota) for name, quota in quotas.items()}
    left = total - sum(parts.values())
    for name in sorted(weights, key=lambda name: (parts[name] - quotas[name], name))[:left]:
        parts[name] += 1
    return parts


class Naive:
    """One period of a case in the format of ../shared/golden."""

    def __init__(self, case: Row, orders: list[Row], earlier: dict[str, int]) -> None:
        self.plan, self.orders = case["plan"], orders
        self.members: dict[str, Row] = {row["id"]: row for row in case["members"]}
        self.earlier = earlier
        self.earned: Sums = defaultdict(Fraction)
        self.forfeited: Sums = defaultdict(Fraction)
        self.breakage: dict[str, Fraction] = defaultdict(Fraction)
        self.company: dict[str, int] = defaultdict(int)
        self.accounts: dict[str, int] = defaultdict(int)
        self.lines: dict[str, dict[str, int]] = {}
        for component in self.plan["components"]:
            getattr(self, component["type"])(component)
        self.payouts = {key: self.rounded(amount) for key, amount in self.earned.items() if self.rounded(amount)}

    def rounded(self, amount: Fraction) -> int:
        return floor(amount + Fraction(1, 2)) if self.plan.get("rounding", "half_up") == "half_up" else floor(amount)

    def path(self, member: str | None) -> list[str]:
        way = []
        while member is not None:
            way.append(member)
            member = self.members[member].get("sponsor")
        return way

    def sales(self, member: str) -> list[Row]:
        return [order for order in self.orders if order["seller"] == member]

    def group(self, member: str) -> list[Row]:
        return [order for order in self.orders if order["seller"] and member in self.path(order["seller"])]

    def volume(self, name: str, member: str) -> int:
        own = sum(order["cv"] for order in self.sales(member))
        match name:
            case "cv":
                return own
            case "pv" | "gpv":
                return sum(order["pv"] for order in (self.sales(member) if name == "pv" else self.group(member)))
            case "gv":
                return sum(order["cv"] for order in self.group(member))
            case "gv_down":
                return self.volume("gv", member) - own
            case "hub":
                hub = self.members[member].get("connector_of")
                return sum(order["amount"] for order in self.orders if hub and order.get("hub") == hub)
        assert name == "cumulative_cv"
        return self.earlier.get(member, 0) + own

    def personal_tier(self, row: Row) -> None:
        on = row.get("threshold_on", "cv")
        for member in self.members:
            own = self.volume("cv", member)
            reached = self.volume(on, member)
            if row.get("mode", "marginal") == "slab":
                amount = own * rate_at(row["tiers"], reached)
            else:
                amount = integral(row["tiers"], reached) - integral(row["tiers"], reached - own)
            self.earned[member, row["id"]] += amount
            if "attribute" in row:
                self.attribute(row, member, reached, own, amount)

    def attribute(self, row: Row, member: str, reached: int, own: int, amount: Fraction) -> None:
        """What each order added, in whole units that sum to the payout: largest remainder, the earlier order first."""
        running, exact = reached - own, {}
        for place, order in enumerate(self.sales(member)):
            tiers, cv = row["tiers"], order["cv"]
            added = integral(tiers, running + cv) - integral(tiers, running)
            exact[f"{place:06d}", order["id"]] = cv * rate_at(tiers, reached) if row.get("mode") == "slab" else added
            running += cv
        whole = {key: int(one * 10_000) for key, one in exact.items()}
        parts = largest_remainder(self.rounded(amount), whole)  # type: ignore[arg-type, type-var]
        self.lines.setdefault(row["id"], {}).update({name: part for (_, name), part in parts.items()})  # type: ignore[misc]

    def retail_margin(self, row: Row) -> None:
        for order in self.orders:
            if order["seller"]:
                self.earned[order["seller"], row["id"]] += Fraction(order["cv"] * row["bps"], 10_000)

    def differential(self, row: Row) -> None:
        own: dict[str, Fraction] = defaultdict(Fraction)
        all_: dict[str, Fraction] = defaultdict(Fraction)
        if row.get("mode", "slab") == "marginal":
            for member in self.members:
                legs = [leg for leg, it in self.members.items() if it.get("sponsor") == member]
                worth = [integral(row["schedule"], self.volume("gv", one)) for one in (member, *legs)]
                all_[member] = worth[0] - sum(worth[1:])
                own[member] = integral(row["schedule"], self.volume("cv", member))
        else:
            for order in self.orders:
                done = Fraction(0)
                for member in self.path(order["seller"]):
                    rate = self.rate(row, member)
                    if rate > done:
                        all_[member] += (rate - done) * order["cv"]
                        own[member] += (rate - done) * order["cv"] if member == order["seller"] else 0
                        done = rate
        for member, amount in all_.items():
            kept = self.kept(row, member, amount, own[member])
            self.earned[member, row["id"]] += kept
            self.forfeited[member, row["id"]] += amount - kept

    def rate(self, row: Row, member: str) -> Fraction:
        if "rate_by_rank" in row:
            return Fraction(row["rate_by_rank"].get(self.members[member].get("rank"), 0), 10_000)
        return rate_at(row["schedule"], self.volume(row.get("threshold_on", "gv"), member))

    def kept(self, row: Row, member: str, amount: Fraction, own: Fraction) -> Fraction:
        if row.get("eligibility") == "majority_nonparticipant":
            top, bottom = self.ratio(member)
            if not bottom or Fraction(top, bottom) <= Fraction(1, 2):
                return Fraction(0)
        rule, person = row.get("customer_rule"), self.members[member]
        if rule:
            met = [person.get("customers", 0) >= rule["min_customers"]] if "min_customers" in rule else []
            met += [person.get("customer_pv", 0) >= rule["min_customer_pv"]] if "min_customer_pv" in rule else []
            if not any(met):
                return own
        return amount

    def ratio(self, member: str) -> tuple[int, int]:
        group = self.group(member)
        return sum(order["cv"] for order in group if order["buyer"] == "customer"), sum(order["cv"] for order in group)

    def unilevel(self, row: Row) -> None:
        for order in self.orders:
            line = self.path(order["seller"])[1:]
            if row.get("compression") == "standard":
                line = [one for one in line if self.members[one].get("active", True)]
            for level, bps in enumerate(row["levels_bps"], start=1):
                if row.get("compression") == "dynamic":
                    while line and not self.takes(row, line[0], level):
                        line = line[1:]
                amount = Fraction(order["cv"] * bps, 10_000)
                if line and self.takes(row, line[0], level):
                    self.earned[line[0], row["id"]] += amount
                elif order["seller"]:
                    self.breakage[row["id"]] += amount
                line = line[1:]

    def takes(self, row: Row, member: str, level: int) -> bool:
        person = self.members[member]
        depth = row["depth_by_rank"].get(person.get("rank"), 0) if "depth_by_rank" in row else level
        return person.get("active", True) and depth >= level

    def generation(self, row: Row) -> None:
        for order in self.orders:
            owners = [
                one for one in self.path(order["seller"]) if self.members[one].get("rank") == row["breakaway_rank"]
            ]
            for member, bps in zip(owners[1:], row["rates_bps"], strict=False):
                self.earned[member, row["id"]] += Fraction(order["cv"] * bps, 10_000)

    def group_tier(self, row: Row) -> None:
        for member, person in self.members.items():
            if not row.get("ranks") or person.get("rank") in row["ranks"]:
                amount = pay(row["tiers"], self.volume(row.get("on", "gv_down"), member), row.get("mode", "slab"))
                self.earned[member, row["id"]] += amount

    def pool(self, row: Row) -> None:
        turnover = sum(order["cv"] for order in self.orders)
        fund = row["fund_fixed"] if "fund_fixed" in row else floor(Fraction(turnover * row["fund_bps"], 10_000))
        most = floor(Fraction(fund * row.get("per_participant_cap_bps_of_pool", 10_000), 10_000))
        paid = 0
        for member, part in largest_remainder(fund, row["shares"]).items():
            self.earned[member, row["id"]] += min(part, most)
            paid += min(part, most)
        self.breakage[row["id"]] += fund - paid

    def connectors(self) -> dict[str, list[str]]:
        hubs: dict[str, list[str]] = {order["hub"]: [] for order in self.orders if order.get("hub")}
        for member, person in self.members.items():
            if person.get("connector_of"):
                hubs.setdefault(person["connector_of"], []).append(member)
        return hubs

    def hub_share(self, row: Row) -> None:
        for hub, members in self.connectors().items():
            amount = sum(order["amount"] for order in self.orders if order.get("hub") == hub)
            parts = largest_remainder(self.rounded(Fraction(amount * row["fee_bps"], 10_000)), row["split_bps"])
            self.company[row["id"]] += parts["company"]
            self.breakage[row["id"]] += 0 if members else parts["connector"]
            for member, part in largest_remainder(parts["connector"], dict.fromkeys(members, 1)).items():
                self.earned[member, row["id"]] += part

    def hub_tier(self, row: Row) -> None:
        for hub, members in self.connectors().items():
            amount = sum(order["amount"] for order in self.orders if order.get("hub") == hub)
            line = pay(row["tiers"], amount, row.get("mode", "marginal"))
            customers = sum(self.members[member].get("customers", 0) for member in members)
            is_met = amount >= row.get("fixed_min_turnover", 0) and customers >= row.get("fixed_min_customers", 0)
            if amount > 0 and is_met:
                line += row.get("fixed_payment", 0)
            if len(members) == 1:
                self.earned[members[0], row["id"]] += line
            elif not members:
                self.breakage[row["id"]] += line
            else:
                weights = {member: row.get("split", {}).get(member, 0) for member in members}
                weights = weights if any(weights.values()) else dict.fromkeys(members, 1)
                for member, part in largest_remainder(self.rounded(line), weights).items():
                    self.earned[member, row["id"]] += part

    def fee_cascade(self, row: Row) -> None:
        gross = sum(order["amount"] for order in self.orders)
        held = defaultdict(int, {"IN": gross})
        for step in row["steps"]:
            passed = held[step["payer"]]
            if "amount_bps_of_gross" in step:
                passed = min(passed, self.rounded(Fraction(gross * step["amount_bps_of_gross"], 10_000)))
            held[step["payer"]] -= passed
            parts, left = {}, passed
            for account, bps in step["to"].items():
                parts[account] = min(left, self.rounded(Fraction(passed * bps, 10_000)))
                left -= parts[account]
            if "rest" not in step and sum(step["to"].values()) == 10_000:
                parts, left = largest_remainder(passed, step["to"]), 0
            for account, part in parts.items():
                held[account] += part
            held[step.get("rest", step["payer"])] += left
        for account, balance in held.items():
            self.accounts[account] += balance

    def geometric(self, row: Row) -> None:
        for order in self.orders:
            reward, left = row["reward"], row["budget"]
            for member in self.path(order["seller"]):
                reward = min(reward, left)
                self.earned[member, row["id"]] += reward
                left -= reward
                reward = floor(Fraction(reward * row["ratio_num"], row["ratio_den"]))

    def totals(self) -> dict[str, int]:
        """After the caps: each participant's first, then everybody's together."""
        cap, totals = self.plan.get("cap", {}), dict.fromkeys(self.members, 0)
        for (member, _), amount in self.payouts.items():
            totals[member] += amount
        if "per_participant_cents" in cap:
            totals = {member: min(amount, cap["per_participant_cents"]) for member, amount in totals.items()}
        if "total_bps" in cap:
            budget = floor(Fraction(sum(order["cv"] for order in self.orders) * cap["total_bps"], 10_000))
            if sum(totals.values()) > budget:
                totals = largest_remainder(budget, totals)
        return totals


def run(case: Row, *, gone: tuple[str, ...] = ()) -> dict[str, Any]:
    """Every period of a case: payouts, forfeits, breakage, the company's part and the totals after caps."""
    earlier: dict[str, int] = defaultdict(int)
    found: dict[str, Any] = {"totals": defaultdict(int), "breakage": defaultdict(int), "company": defaultdict(int)}
    found["accounts"] = defaultdict(int)
    for key in ("payouts", "forfeited", "lines"):
        found[key] = defaultdict(lambda: defaultdict(int))
    periods = {order.get("period", 0) for order in case["orders"]} or {0}
    for period in sorted(periods, key=lambda one: (len(str(one)), str(one))):  # P2 before P10
        orders = [one for one in case["orders"] if one.get("period", 0) == period and one["id"] not in gone]
        naive = Naive(case, orders, earlier)
        for (member, component), amount in naive.payouts.items():
            found["payouts"][member][component] += amount
        for (member, component), exact in naive.forfeited.items():
            found["forfeited"][member][component] += naive.rounded(exact)
        for component, exact in naive.breakage.items():
            found["breakage"][component] += naive.rounded(exact)
        for key in ("company", "accounts"):
            for name, amount in getattr(naive, key).items():
                found[key][name] += amount
        for component, parts in naive.lines.items():
            found["lines"][component].update(parts)
        for member, amount in naive.totals().items():
            found["totals"][member] += amount
            earlier[member] += naive.volume("cv", member)
    return found


def bare(value: Any) -> Any:
    """Without zeros and what is empty without them."""
    if not isinstance(value, dict):
        return value
    pairs = {name: bare(inner) for name, inner in value.items()}
    return {name: inner for name, inner in pairs.items() if inner not in (0, {})}
