"""Who has much behind them reads all of it: what was decided about them and what they reported go on by key."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from hubapp.community.departures import contents
from hubapp.community.moderation.models import ModerationAction, ModerationReport
from hubapp.community.moderation.views.house_rules import PAGE
from hubapp.kernel.db import db
from tests.factories.hubs import NOW
from tests.factories.moderating import Bench
from tests.support.paged import cost, following, seen

MINE = "/me/house-rules"
DECISIONS, REPORTS = "Decisions about you", "What you reported"
DECISION, REPORT = r'id="a-([0-9a-f-]{36})"', r">(Report \d+)<"
COUNT = 2 * PAGE + 3


def decided(bench: Bench, case: UUID, count: int, **values: Any) -> list[str]:
    """Warnings of Ann, all at the same moment."""
    same = {"act": "warn", "subject_id": bench.ann.account_id, "words": "Kind?", "at": NOW, "by_name": "Hal", **values}
    rows = [ModerationAction(case_id=case, **same) for _number in range(count)]
    return bench.inside(lambda: (db.session.add_all(rows), db.session.flush(), [str(row.id) for row in rows])[-1])  # type: ignore[no-any-return]


def reported(bench: Bench, case: UUID, numbers: range) -> list[str]:
    """Reports by Ann, of as many things, all at the same moment."""
    same = {"case_id": case, "reporter_id": bench.ann.account_id, "kind": "post", "reason": "spam", "at": NOW}
    words = [f"Report {number}" for number in numbers]
    rows = [ModerationReport(thing_id=uuid4(), words=one, **same) for one in words]
    bench.inside(lambda: db.session.add_all(rows))
    return words


def once(shown: list[list[str]]) -> list[str]:
    """All that was seen: full pages, and a last one with the rest."""
    assert [len(page) for page in shown] == [PAGE, PAGE, COUNT - 2 * PAGE]
    return [one for page in shown for one in page]


def test_what_was_decided_about_somebody_goes_on(bench: Bench) -> None:
    case = bench.report("post")
    made = decided(bench, case, COUNT - 3)
    decided(bench, case, 10, act="leave", words="")
    made += decided(bench, case, 3)
    assert once(seen(bench.as_(bench.ann).get, MINE, DECISION, DECISIONS)) == made[::-1]


def test_what_somebody_reported_goes_on(bench: Bench) -> None:
    made = reported(bench, bench.report("post"), range(COUNT))
    assert once(seen(bench.as_(bench.ann).get, MINE, REPORT, REPORTS)) == made[::-1]


def test_each_list_keeps_the_place_of_the_other(bench: Bench) -> None:
    case = bench.report("post")
    made, _words = decided(bench, case, COUNT), reported(bench, case, range(COUNT))
    ann = bench.as_(bench.ann)
    path = following(ann.get(following(ann.get(MINE).text, DECISIONS)).text, REPORTS)
    assert f"decided={made[-PAGE]}" in path
    assert path.endswith("#reports")
    page = ann.get(path).text
    assert f'id="a-{made[-PAGE - 1]}"' in page
    assert f">Report {COUNT - PAGE - 1}<" in page
    assert f">Report {COUNT - PAGE}<" not in page


def test_a_key_that_is_none_is_the_beginning(bench: Bench) -> None:
    bench.decide(bench.report("post"), "warn")
    page = bench.as_(bench.ann).get(f"{MINE}?decided=x&reported=%00&_external=1")
    assert page.status_code == 200
    assert page.text.count("<article") == 1
    assert "rel=" not in page.text.split("<main")[1].split('id="reports"')[1].split("</section>")[0]


def test_a_full_page_costs_what_a_short_one_does(bench: Bench) -> None:
    case, ann = bench.report("post"), bench.as_(bench.ann)
    decided(bench, case, 1)
    reported(bench, case, range(1))
    few = cost(ann.get, MINE)
    decided(bench, case, COUNT)
    reported(bench, case, range(1, COUNT))
    assert cost(ann.get, MINE) == few
    assert cost(ann.get, following(ann.get(MINE).text, DECISIONS)) == few
    assert cost(ann.get, following(ann.get(MINE).text, REPORTS)) == few


def test_a_take_out_has_every_decision_and_report(bench: Bench) -> None:
    case, many = bench.report("post"), contents.PAGE + 3
    decided(bench, case, many)
    words = reported(bench, case, range(many))
    parts = bench.inside(lambda: list(contents.parts(bench.ann.account_id, currency="EUR")))
    (found,) = [part.content for part in parts if part.name == "house-rules"]
    assert len(found["decisions"]) == many
    assert [one["words"] for one in found["reports"]] == words[::-1]
