"""A plan in words, read as a reader does: what each component, limit and piece says in full."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from hubapp.earnings.compensation.plans import schema
from hubapp.earnings.compensation.plans.outcome import Piece
from hubapp.earnings.compensation.plans.paid_as import INACTIVE, NO_RANK
from hubapp.earnings.compensation.plans.rounding import Rounding
from hubapp.earnings.compensation.plans.rules import FEW_CUSTOMERS, INSIDE_BUYERS
from hubapp.earnings.compensation.plans.tiers import Tiers
from hubapp.earnings.compensation.plans.words import components, limits, pieces
from hubapp.earnings.compensation.plans.words.plan import passages
from hubapp.earnings.compensation.plans.words.speech import Passage, Speech
from tests.earnings.compensation.examples import plan

SPEECH = Speech(lambda minor: f"€{minor}", lambda bps: f"{bps / 100:g}%", lambda count: f"#{count}", date.isoformat)
TIERS, NONE = Tiers.of([(0, 100), (500, 200), (900, 300)]), schema.MemberRule()
SLICES = ("1% of the first €500", "2% of what lies between €500 and €900", "3% of what is above €900")
SLABS = ("from €0 on: 1% of everything", "from €500 on: 2% of everything", "from €900 on: 3% of everything")
ONE_RATE = "Who sells to customers earns one rate of all their own sales."
BY_SLICE = "Who sells to customers earns a part of their own sales, each slice at its own rate."
DIFFERENCE = "Of each sale, the next person up with a higher rate is paid the difference."
LEVELS = "Each sale pays those above the seller, level by level."
STAND = "Levels are counted as people stand; a level whose holder does not qualify stays unpaid."
HUB_TURNOVER = "A hub's connectors earn a part of its turnover: "
MOVES = "What was paid moves between accounts, step by step."


def one(component: Any, *sentences: str, steps: tuple[str, ...] = ()) -> Any:
    return pytest.param(component, sentences, steps, id=f"{component.type}-{len(sentences)}")


@pytest.mark.parametrize(
    ("component", "sentences", "steps"),
    [
        one(
            schema.PersonalTier("x", TIERS, "marginal", "cv"),
            BY_SLICE,
            "The rate follows own sales:",
            steps=SLICES,
        ),
        one(
            schema.PersonalTier("x", TIERS, "slab", "gv", by_order=True),
            ONE_RATE,
            "The rate follows own sales and those of the whole group:",
            "Each order is credited with what it added when it came.",
            steps=SLABS,
        ),
        one(schema.RetailMargin("x", 150), "Who sells to customers earns 1.5% of their own sales."),
        one(
            schema.Differential("x", "marginal", TIERS, {}, "gv", NONE, 1),
            "A group's volume earns the slices below; each person keeps what their legs have not earned themselves.",
            "The volume is own sales and those of the whole group. Nobody gains by splitting, and no threshold makes"
            " pay jump.",
            "One sale pays at most 1 person in this way.",
            steps=SLICES,
        ),
        one(
            schema.Differential("x", "slab", TIERS, {}, "gv", schema.MemberRule(3), 2),
            "Everybody has one rate, by own sales and those of the whole group.",
            DIFFERENCE,
            "One sale pays at most 2 people in this way.",
            "What comes from the group is paid to those with at least 3 customers of their own.",
            steps=SLABS,
        ),
        one(
            schema.Differential("x", "slab", None, {"gold": 800, "silver": 500}, "gv", NONE),
            "Everybody has one rate, by their rank.",
            DIFFERENCE,
            steps=("rank gold: 8%", "rank silver: 5%"),
        ),
        one(
            schema.Unilevel("x", (500, 300), None, "none"),
            LEVELS,
            STAND,
            "Everybody active takes every level.",
            steps=("level 1: 5%", "level 2: 3%"),
        ),
        one(
            schema.Unilevel("x", (500,), {"gold": 2, "tin": 1}, "dynamic"),
            LEVELS,
            "Each level goes up to the next active person who may take it.",
            "How many levels somebody takes follows their rank.",
            steps=("level 1: 5%", "rank gold: 2 levels", "rank tin: 1 level"),
        ),
        one(
            schema.Generation("x", "gold", (400, 200)),
            "People of the rank gold are paid on the groups of others of this rank beneath them, by generation.",
            steps=("generation 1: 4%", "generation 2: 2%"),
        ),
        one(
            schema.GroupTier("x", TIERS, "marginal", "gv_down", frozenset()),
            "Whose group sells is paid on its volume: the sales of the group without one's own.",
            steps=SLICES,
        ),
        one(
            schema.GroupTier("x", TIERS, "slab", "gv", frozenset({"b", "a"})),
            "Whose group sells is paid on its volume: own sales and those of the whole group.",
            "Only people of these ranks take part: a, b.",
            steps=SLABS,
        ),
        one(
            schema.Pool("x", 50, 0, {"ana": 3, "bea": 4}, None, None),
            "0.5% of all sales go into a pool.",
            "It is divided by fixed shares.",
            steps=("ana: #3", "bea: #4"),
        ),
        one(
            schema.Pool("x", 0, 900, {}, "hub_new_customers_repeat", 2000),
            "€900 of each period go into a pool, whatever was sold.",
            "Hubs divide it by how many of their new customers ordered again, never by who joined; a hub's part is"
            " divided between its connectors by days.",
            "Nobody takes more than 20% of it; what is over stays with the company.",
        ),
        one(
            schema.HubShare("x", 1700, 6000, 4000),
            "The hub's sales bear a fee of 17%.",
            "60% of the fee is its connectors', by days; 40% the company's.",
        ),
        one(
            schema.HubTier("x", TIERS, "marginal", "amount", 0, 100, 10, {}),
            f"{HUB_TURNOVER}what was paid in the hub, with tax.",
            "Several connectors divide it by the days they held the hub.",
            steps=SLICES,
        ),
        one(
            schema.HubTier("x", TIERS, "slab", "cv", 3000, 100, 10, {"ana": 6000, "bea": 4000}),
            f"{HUB_TURNOVER}the hub's sales, net of tax.",
            "A fixed €3000 is added once the turnover is €100 and the hub has #10 customers.",
            "Its connectors divide it as follows; without these people, by the days they held the hub:",
            steps=(*SLABS, "ana: 60%", "bea: 40%"),
        ),
        one(
            schema.FeeCascade(
                "x",
                (
                    schema.CascadeStep("IN", {"a": 5000, "b": 1000}, "c", None),
                    schema.CascadeStep("c", {"a": 100}, None, 300),
                ),
            ),
            MOVES,
            steps=(
                "IN passes on all it has: a 50%, b 10%, the rest to c",
                "c passes on 3% of everything: a 1%, the rest to c",
            ),
        ),
        one(
            schema.Geometric("x", 100, 1, 2, 300),
            "Each order pays its seller €100.",
            "The next above gets 1/2 of it, and so on.",
            "Together at most €300.",
        ),
    ],
)
def test_a_component_is_said_in_full(component: Any, sentences: tuple[str, ...], steps: tuple[str, ...]) -> None:
    title = components.title(component.type)
    assert components.passage(component, SPEECH) == Passage("x", title, sentences, steps)


def test_one_rate_for_everything_has_no_threshold() -> None:
    flat = schema.PersonalTier("x", Tiers.of([(0, 100)]), "marginal", "cv")
    assert components.passage(flat, SPEECH).steps == ("1% of everything",)
    above = schema.PersonalTier("x", Tiers.of([(10, 100)]), "marginal", "pv")
    assert components.passage(above, SPEECH).steps == ("1% of what is above #10 points",)


def test_the_default_plan_says_what_holds_for_all_of_it() -> None:
    said = {passage.key: passage.sentences for passage in passages(plan(), SPEECH)}
    assert said["plan"] == (
        "Version 1 of the plan default.",
        "It pays for sales of the core's products in EUR.",
        "It holds from 2027-01-01 on.",
    )
    assert said["period"] == (
        "Pay is counted month by month, by the clock of Europe/Paris.",
        "A sale counts on the day it was handed over.",
        "A period closes #16 days after its end at the earliest.",
    )
    assert said["base"] == (
        "Counted are purchases of: customers outside the programme, net of tax.",
        "Nothing is ever paid for: donations, entry fees, gift cards, kits, shipping, training.",
        "Who took part in the programme within #60 days before is no customer.",
        "Nor is who looks after a hub in the period, or joins the programme again in it.",
    )
    assert said["eligibility"] == (
        "What comes from the group is paid to those with at least 10 customers of their own or €10000 from customers.",
        "It is paid only where more than half of the group's sales go to people outside it.",
        "At least 2/3 of pay from groups comes from sales to customers.",
    )
    assert said["caps"] == (
        "All pay together is at most 30% of sales.",
        "Nobody is paid more than €500000 a period.",
        "If that is not enough, these are cut first, in this order: Pool, Group, by difference.",
    )
    assert said["rounding"] == ("Amounts are rounded down to €1; fractions stay with the company and are reported.",)
    assert said["refunds"] == (
        "What is given back within #400 days is computed anew under the plan of its time.",
        "A debt takes at most 50% of later pay.",
    )


def test_a_bare_plan_says_no_more_than_there_is() -> None:
    bare = schema.Plan(plan().components[:1], Rounding("half_up", 5), id="bare", version=2)
    found = passages(bare, SPEECH)
    assert [one.key for one in found] == ["plan", "personal", "caps", "rounding"]
    assert found[0].sentences == ("Version 2 of the plan bare.",)
    assert found[2].sentences == ("There is no cap on the total.",)
    assert found[3].sentences == ("Amounts are rounded half up to €5.",)
    week = limits.period_sentences(schema.Period("iso_week", "UTC", 3, "paid_at"), SPEECH)
    assert week[:2] == ["Pay is counted week by week, by the clock of UTC.", "A sale counts on the day it was paid."]
    refunds = limits.refund_sentences(schema.Refunds(9, 300, 100), SPEECH)
    assert refunds[2:] == ["3% of pay is held back until returns are over."]
    base = limits.base_sentences(schema.Base(frozenset(), frozenset({"event", "participant"}), 1), SPEECH)
    assert base[0] == "Counted are purchases of: visitors of events, people who take part in it, net of tax."
    assert len(base) == 3
    assert limits.rule_sentences(schema.MemberRule(1, None), SPEECH)[0].endswith("at least 1 customer of their own.")
    assert limits.rule_sentences(schema.MemberRule(None, 7), SPEECH)[0].endswith("at least #7 points from customers.")


def test_components_of_one_title_are_told_apart_where_they_are_cut() -> None:
    (margin,) = plan(component=[{"id": "m", "type": "retail_margin", "bps": 1}], caps={}).components
    both = replace(plan(), components=(margin, replace(margin, id="n")), caps=schema.Caps(1, None, ("n", "m")))
    (caps,) = [one for one in passages(both, SPEECH) if one.key == "caps"]
    assert caps.sentences[1].endswith("in this order: Retail margin (n), Retail margin (m).")
    assert limits.cap_sentences(both.caps, SPEECH)[1].endswith("in this order: n, m.")


def test_a_piece_is_said_of_whoever_it_came_from() -> None:
    def said(*row: Any, **more: Any) -> str:
        return pieces.sentence(Piece(*row, **more), SPEECH, lambda name: f"<{name}>")

    assert said("own_sale", 5, 100, 500) == "1% of €5, own sales"
    assert said("leg", 5, None, 1, leg="b") == "what the group of <b> adds to yours (from €5)"
    assert said("difference", 5, 0, 0, "o", "c") == "0% of €5, difference to the rate beneath, on sales of <c>"
    assert said("level", 5, 100, 500, "o", "c") == "1% of €5, level 0, sales of <c>"
    assert said("reward", 0, None, 5, "o") == "reward for a sale of  (from €0)"


@pytest.mark.parametrize(
    ("why", "more", "sentence"),
    [
        ("own_sale", {"number": "7", "day": "1 May"}, "Your sale: order 7 of 1 May"),
        ("own_sale", {}, "Your own sales"),
        ("leg", {"name": "Bea"}, "What the group of Bea adds to yours, less what that group earns by itself"),
        ("leg", {}, "What a group beneath you adds to yours, less what that group earns by itself"),
        ("difference", {}, "Sales of your group, by the difference of the rates"),
        ("level", {"level": 2}, "Sales of your group, level 2"),
        ("level", {}, "Sales of your group, level 0"),
        ("generation", {"level": 3}, "Sales of your group, generation 3"),
        ("generation", {}, "Sales of your group, generation 0"),
        ("group", {}, "The volume of your group"),
        ("hub_tier", {"hub": "Lyon"}, "Sales in Lyon"),
        ("hub_fixed", {"hub": "Lyon"}, "The fixed payment for Lyon: enough customers and turnover"),
        ("hub_part", {"hub": "Lyon"}, "Your part of what Lyon came to, by the days held"),
        ("hub_fee", {"hub": "Lyon"}, "Your part of the fee on sales in Lyon"),
        ("pool", {}, "Your part of the pool, by customers who came back"),
        ("reward", {}, "reward"),
    ],
)
def test_a_piece_is_told_to_the_person_that_it_pays(why: str, more: dict[str, Any], sentence: str) -> None:
    assert pieces.told(why, **more) == sentence


def test_why_something_is_lost_is_said_and_told() -> None:
    assert pieces.reason(INSIDE_BUYERS) == "the group sells too little to people outside it"
    assert pieces.reason_told(FEW_CUSTOMERS) == "you had too few customers of your own in this period"
    assert pieces.reason_told(INSIDE_BUYERS).startswith("half or more of your group's sales went to people")
    assert pieces.reason_now(INACTIVE).startswith("It would not be paid: it needs customers of your own")
    assert pieces.reason_now(NO_RANK).startswith("It is paid by ranks")
