"""The arithmetic of a split: exact, never negative, and the same as counting cent by cent."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubapp.earnings.shares import policies
from hubapp.earnings.shares.errors import RefundTooLarge, WrongAmounts
from hubapp.earnings.shares.policies import Amounts, Part, Parties, Role
from hubapp.earnings.shares.rules import Rules, Tier
from hubapp.kernel.money import allocate

RULES = Rules((Tier(5000, 500), Tier(20_000, 600), Tier(None, 700)), 500, 300, 16)
# Bounds so small that a loop over single cents crosses all of them.
SMALL = ((300, 500), (1000, 600), (None, 700))

MINOR = st.integers(0, 10**8)
CONNECTORS = st.lists(
    st.tuples(st.sampled_from(("account:a", "account:b", "account:c")), st.integers(1, 10_000)), max_size=3
).map(tuple)
RATES = st.integers(0, 10_000)


@st.composite
def amounts(draw: st.DrawFn) -> Amounts:
    base, tax, shipping, fee, rest = (draw(MINOR) for _ in range(5))
    return Amounts(gross=base + tax + shipping + rest % 3, base=base, tax=tax, shipping=shipping, fee=fee)


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    bounds = sorted(draw(st.sets(st.integers(1, 50_000), max_size=3)))
    tiers = tuple(Tier(bound, draw(RATES)) for bound in [*bounds, None])
    return Rules(tiers, draw(RATES), draw(RATES), 16, cross_hub_bps=draw(RATES))


def split(
    sale: Amounts, found: Rules = RULES, connectors: tuple[tuple[str, int], ...] = (("c", 1),), **more: object
) -> list[Part]:
    parties = Parties("seller", connectors, more.get("referrer"), more.get("home"))  # type: ignore[arg-type]
    turnover = int(str(more.get("turnover", 0)))
    return list(
        policies.split(
            amounts=sale, parties=parties, rules=found, currency=str(more.get("currency", "EUR")), turnover=turnover
        )
    )


def of(parts: list[Part], role: Role) -> int:
    return sum(part.amount for part in parts if part.role == role)


@given(
    sale=amounts(),
    found=rules(),
    connectors=CONNECTORS,
    referrer=st.none() | st.just("r"),
    turnover=MINOR,
    currency=st.sampled_from(("EUR", "JPY", "TND")),
    home=st.none() | st.just("hub:2"),
)
def test_parts_sum_to_the_price_and_none_is_negative(
    sale: Amounts,
    found: Rules,
    connectors: tuple[tuple[str, int], ...],
    referrer: str | None,
    turnover: int,
    currency: str,
    home: str | None,
) -> None:
    parts = split(sale, found, connectors, referrer=referrer, turnover=turnover, currency=currency, home=home)
    assert sum(part.amount for part in parts) == sale.gross
    assert all(part.amount >= 0 for part in parts)
    assert of(parts, Role.FEE) == min(sale.fee, sale.gross - sale.tax)
    assert of(parts, Role.TAX) == sale.tax


@given(base=st.integers(0, 2000), turnover=st.integers(0, 2000))
def test_marginal_tiers_are_the_integral_cent_by_cent(base: int, turnover: int) -> None:
    def rate_of(cent: int) -> int:
        return next(bps for bound, bps in SMALL if bound is None or cent < bound)

    exact = Decimal(sum(rate_of(cent) for cent in range(turnover, turnover + base))) / 10_000
    expected = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    steps = policies.steps_of(base, turnover, SMALL)
    assert policies.marginal(steps) == expected
    assert sum(step.amount for step in steps) == base


@pytest.mark.parametrize(("currency", "minor"), [("EUR", 100), ("JPY", 1), ("TND", 1000)])
def test_tier_bounds_are_in_the_currencys_unit(currency: str, minor: int) -> None:
    parts = split(Amounts(gross=30_000 * minor, base=30_000 * minor), currency=currency)
    assert of(parts, Role.CONNECTOR) == (250 + 900 + 700) * minor


def test_twenty_three_ways_is_twenty() -> None:
    assert allocate(2000, {"a": 1, "b": 1, "c": 1}) == {"a": 667, "b": 667, "c": 666}
    full = Rules((Tier(None, 10_000),), 0, 0, 0)
    parts = split(Amounts(gross=2000, base=2000), full, (("a", 1), ("b", 1), ("c", 1)))
    assert sorted(part.amount for part in parts if part.role == Role.CONNECTOR) == [666, 667, 667]
    assert sum(part.amount for part in parts) == 2000


def test_without_a_referrer_the_seller_keeps_that_part() -> None:
    parts = split(Amounts(gross=2000, base=2000))
    assert (of(parts, Role.SELLER), of(parts, Role.REFERRER)) == (2000 - 100 - 60, 0)


@pytest.mark.parametrize(
    ("fee", "seller", "referrer", "connector", "core"),
    [
        (1700, 40, 100, 100, 60),
        (1780, 0, 100, 100, 20),
        (1850, 0, 100, 50, 0),
        (1930, 0, 70, 0, 0),
        (2500, 0, 0, 0, 0),
    ],
)
def test_core_is_cut_first_then_connector_then_referrer(
    fee: int, seller: int, referrer: int, connector: int, core: int
) -> None:
    parts = split(Amounts(gross=2000, base=2000, fee=fee), referrer="r")
    found = [of(parts, role) for role in (Role.SELLER, Role.REFERRER, Role.CONNECTOR, Role.CORE)]
    assert found == [seller, referrer, connector, core]


def test_a_cut_is_explained() -> None:
    core = next(part for part in split(Amounts(gross=2000, base=2000, fee=1870)) if part.role == Role.CORE)
    assert (core.amount, core.explanation["cut"]) == (30, 30)


@pytest.mark.parametrize(
    "wrong", [{"gross": -1, "base": 0}, {"gross": 5, "base": 6}, {"gross": 5, "base": 5, "tax": 1}]
)
def test_amounts_that_contradict_each_other_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(WrongAmounts):
        Amounts(**wrong)


@pytest.mark.parametrize(
    "tiers", [(), (Tier(5, 1),), (Tier(5, 1), Tier(5, 2), Tier(None, 3)), (Tier(None, 1), Tier(None, 2))]
)
def test_tiers_that_make_no_sense_are_refused(tiers: tuple[Tier, ...]) -> None:
    with pytest.raises(ValueError, match="tier"):
        Rules(tiers, 0, 0, 0)


@given(rules())
def test_rules_survive_being_kept(found: Rules) -> None:
    assert Rules.from_json(found.as_json()) == found


@given(sale=amounts(), found=rules(), cuts=st.lists(st.integers(1, 10**6), max_size=8))
def test_refunds_take_back_no_more_than_is_there_and_the_last_takes_all(
    sale: Amounts, found: Rules, cuts: list[int]
) -> None:
    parts = [part.amount for part in split(sale, found, referrer="r") if part.role != Role.FEE]
    remaining, refunded, from_core = dict(enumerate(parts)), 0, 0
    left = sale.gross
    steps = [min(cut, left) for cut in cuts if left]
    for amount in [*steps, sale.gross]:
        step = min(amount, sale.gross - refunded)
        if not step:
            continue
        back = policies.reverse(amount=step, gross=sale.gross, refunded=refunded, remaining=remaining)
        assert sum(back.parts.values()) + back.from_core == step
        assert back.from_core >= 0
        for key, part in back.parts.items():
            assert 0 < part <= remaining[key]
            remaining[key] -= part
        refunded, from_core = refunded + step, from_core + back.from_core
    assert not any(remaining.values())
    assert from_core == sale.gross - sum(parts)


def test_more_than_was_paid_cannot_go_back() -> None:
    with pytest.raises(RefundTooLarge):
        policies.reverse(amount=101, gross=200, refunded=100, remaining={0: 100})


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10_000), st.sampled_from([1, 10, 100]))
def test_netting_keeps_to_its_bounds(available: int, owed: int, bps: int, step: int) -> None:
    net = policies.netting(available=available, owed=owed, bps=bps, step=step)
    assert 0 <= net.paid <= net.taken <= available
    assert net.paid % step == 0
    assert net.settled <= owed
    assert net.settled * 10_000 <= net.taken * bps


@given(st.integers(100, 10**6), st.integers(1, 10**7), st.integers(1, 9_999), st.sampled_from([1, 10, 100]))
def test_a_debt_is_settled_exactly_while_earnings_go_on(each: int, owed: int, bps: int, step: int) -> None:
    kept = available = paid = earned = 0
    for _ in range(40):
        available, earned = available + each, earned + each
        net = policies.netting(available=available, owed=owed - kept, bps=bps, step=step)
        available, kept, paid = available - net.taken, kept + net.settled, paid + net.paid
        assert paid + kept + available == earned
    most = (earned - available) * bps // 10_000
    assert kept <= min(owed, most)
    assert kept >= min(owed, most - 40 * step)


def test_all_of_a_payout_may_be_kept_back_only_where_something_is_left() -> None:
    assert policies.netting(available=100, owed=100, bps=10_000) == policies.Netting(0, 0)
    assert policies.netting(available=101, owed=100, bps=10_000) == policies.Netting(101, 100)


@given(sale=amounts(), found=rules(), connectors=CONNECTORS)
def test_the_home_hubs_part_comes_out_of_the_cores_alone(
    sale: Amounts, found: Rules, connectors: tuple[tuple[str, int], ...]
) -> None:
    at_home, abroad = split(sale, found, connectors), split(sale, found, connectors, home="hub:2")
    assert of(at_home, Role.CORE) == of(abroad, Role.CORE) + of(abroad, Role.CROSS_HUB)
    for role in set(Role) - {Role.CORE, Role.CROSS_HUB}:
        assert of(at_home, role) == of(abroad, role)
