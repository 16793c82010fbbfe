"""Every amount has its sentence."""

from __future__ import annotations

import pytest

from hubapp.earnings.shares import wording
from hubapp.earnings.shares.policies import Amounts, Parties, split
from hubapp.earnings.shares.rules import Rules, Tier
from hubapp.web.areas import HubFlask

RULES = Rules((Tier(5000, 500), Tier(20_000, 600), Tier(None, 700)), 500, 300, 16)


def sentences(app: HubFlask, amounts: Amounts, parties: Parties, turnover: int = 0) -> dict[str, str]:
    parts = split(amounts=amounts, parties=parties, rules=RULES, currency="EUR", turnover=turnover)
    with app.app_context():
        return {part.owner + "/" + part.role: wording.explain(part.explanation, "EUR") for part in parts}


def test_the_tiers_that_applied_are_named_with_their_amounts(base_app: HubFlask) -> None:
    told = sentences(base_app, Amounts(gross=123_400, base=123_400), Parties("s", (("c", 1),), "r"), 380_000)
    assert told["c/connector"] == "5% of €1,200.00; 6% of €34.00"
    assert told["r/referrer"] == "5% of €1,234.00"
    assert told["s/seller"] == "€1,234.00 less €160.76 of tax, fee and shares"


def test_co_connectors_read_their_weight(base_app: HubFlask) -> None:
    told = sentences(base_app, Amounts(gross=2000, base=2000), Parties("s", (("a", 1), ("b", 3))))
    assert told["a/connector"] == "25% of €1.00 shared between connectors (5% of €20.00)"


def test_a_cut_share_says_so(base_app: HubFlask) -> None:
    told = sentences(base_app, Amounts(gross=2000, base=2000, fee=1900), Parties("s", (("c", 1),)))
    assert told["core/core"] == "3% of €20.00, cut by €0.60 because the price did not cover it"


@pytest.mark.parametrize("role", ["seller", "connector", "referrer", "core", "tax", "fee"])
def test_every_role_has_a_name(base_app: HubFlask, role: str) -> None:
    with base_app.app_context():
        assert wording.role_name(role)
