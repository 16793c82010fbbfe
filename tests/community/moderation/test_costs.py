"""What lists of reported things ask of the database: so much for each kind of thing, however many things there are."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hubapp.community.moderation import queries, things
from hubapp.people.membership import queries as membership
from tests.console.conftest import make_central
from tests.factories.hubs import make_hub
from tests.factories.moderating import Bench, make_bench
from tests.support.queries import counted

KINDS = ("post", "comment", "gathering", "listing", "profile")
QUEUE = "/manage/moderation"


def cost(look: Callable[[], object]) -> list[str]:
    """What it asks when asked for the second time: a session is marked as seen at the first."""
    look()
    with counted() as statements:
        look()
    return statements


@pytest.mark.parametrize("kind", KINDS)
def test_twenty_reports_cost_what_one_does(bench: Bench, kind: str) -> None:
    helper = bench.as_(bench.hal)
    bench.report(kind)
    few = cost(lambda: helper.get(QUEUE))
    for _number in range(queries.PAGE - 1):
        bench.another(kind)
    many = cost(lambda: helper.get(QUEUE))
    assert helper.get(QUEUE).text.count("<article") == queries.PAGE
    assert len(many) == len(few), many


def test_reports_of_every_kind_cost_a_few_queries_for_each(bench: Bench) -> None:
    helper = bench.as_(bench.hal)
    for kind in KINDS:
        bench.report(kind)
    few = cost(lambda: helper.get(QUEUE))
    for _number in range(3):
        for kind in KINDS:
            bench.another(kind)
    many = cost(lambda: helper.get(QUEUE))
    assert len(many) == len(few) <= 13, many


def test_what_was_decided_costs_the_same_too(bench: Bench) -> None:
    helper = bench.as_(bench.hal)
    bench.decide(bench.report("post"), "leave")
    few = cost(lambda: helper.get(f"{QUEUE}?state=done"))
    for _number in range(5):
        bench.decide(bench.another("post"), "leave")
    many = cost(lambda: helper.get(f"{QUEUE}?state=done"))
    assert len(many) == len(few), many


def test_so_does_what_somebody_reported_and_what_was_decided_about_them(bench: Bench) -> None:
    ben = bench.as_(bench.ben)
    bench.decide(bench.report("post"), "warn")
    few = cost(lambda: ben.get("/me/house-rules"))
    for _number in range(4):
        bench.another("post")
        bench.report("post")
    many = cost(lambda: ben.get("/me/house-rules"))
    assert len(many) == len(few), many
    ann = bench.as_(bench.ann)
    few = cost(lambda: ann.get("/me/house-rules"))
    for kind in ("comment", "gathering", "listing"):
        bench.decide(bench.report(kind), "warn")
    assert len(cost(lambda: ann.get("/me/house-rules"))) == len(few) + 3  # one for each kind that is new


def test_appeals_cost_the_same_in_the_console(bench: Bench) -> None:
    central = make_central(bench.app)
    bench.appeal(bench.decide(bench.report("post"), "warn"))
    few = cost(lambda: central.get("/console/appeals"))
    for _number in range(4):
        case = bench.another("post")
        author = bench.inside(lambda case=case: membership.member(queries.case(case).subject_id))
        bench.appeal(bench.decide(case, "warn"), by=author)
    many = cost(lambda: central.get("/console/appeals"))
    assert central.get("/console/appeals").text.count("Another ladder") == 4
    assert len(many) == len(few), many


def test_appeals_of_twenty_hubs_cost_what_those_of_one_do(bench: Bench) -> None:
    central = make_central(bench.app)
    for kind in KINDS:
        bench.appeal(bench.decide(bench.report(kind), "warn"))
    few = cost(lambda: central.get("/console/appeals"))
    with bench.app.app_context():
        hubs = [make_hub(f"hub-{number}") for number in range(19)]
    for number, hub_id in enumerate(hubs):
        other = make_bench(bench.app, hub_id)
        other.appeal(other.decide(other.report(KINDS[number % len(KINDS)]), "warn"))
    many = cost(lambda: central.get("/console/appeals"))
    page = central.get("/console/appeals").text
    assert page.count(">A ladder</small>") == 1 + 4
    assert page.count("Walnut oil") == 1 + 4
    assert len(many) == len(few) <= 17, many
    assert all("hub_id = ANY" in one for one in many if "FROM post" in one or "FROM listing" in one)


def test_things_that_never_were_are_left_out(bench: Bench) -> None:
    post, nobody = bench.things["post"], bench.ben.account_id
    found = bench.inside(lambda: things.look_at([("post", post), ("post", nobody), ("nonsense", post)]))
    assert list(found) == [("post", post)]
    assert [bench.inside(lambda kind=kind: things.look(kind, nobody)) for kind in (*KINDS, "nonsense")] == [None] * 6
