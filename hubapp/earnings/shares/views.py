"""The published rules of shares, in every hub: words, a table, and one sale split as an example."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from hubapp.earnings.shares import policies, queries, wording
from hubapp.earnings.shares.policies import Amounts, Parties
from hubapp.kernel import clock
from hubapp.kernel.money import Money, exponent
from hubapp.web import areas
from hubapp.web.render import money

blueprint = areas.hub_blueprint("shares", __name__)
blueprints = (blueprint,)

EXAMPLE_UNITS = 20


@blueprint.get("/p/shares")
def rules() -> ResponseReturnValue:
    """Who gets what of a sale here."""
    currency = areas.current_hub().currency
    version = queries.rules(clock.now())
    price = EXAMPLE_UNITS * 10 ** exponent(currency)
    parts = policies.split(
        amounts=Amounts(gross=price, base=price),
        parties=Parties("seller", (("connector", 1),), "referrer"),
        rules=version.rules,
        currency=currency,
        turnover=0,
    )
    example = [
        (wording.role_name(part.role), part.amount, money(Money(part.amount, currency)))
        for part in parts
        if part.amount
    ]
    return render_template(
        "earnings/shares/rules.html",
        version=version,
        tiers=wording.tier_lines(version.rules, currency),
        example=example,
        price=money(Money(price, currency)),
    )
