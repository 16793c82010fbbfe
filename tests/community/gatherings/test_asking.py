"""An answer stays with the question it was given to, however the questions are changed."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest

from hubapp.community.gatherings import queries, services
from hubapp.community.gatherings.models import Frequency, Gathering
from hubapp.community.gatherings.policies.asking import settled
from hubapp.community.gatherings.policies.details import Question
from hubapp.community.gatherings.services import Repeat
from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.scope import hub_scope
from tests.community.gatherings.conftest import Place, come, one
from tests.factories.gatherings import SATURDAY, all_of, details, make_gathering, register
from tests.factories.hubs import NOW
from tests.support.browsing import Browser

MEAT, NUTS = Question("q0", "Do you eat meat?"), Question("q1", "What are you allergic to?")


def filled(page: str) -> dict[str, str]:
    """What a browser would send of the form that plans a gathering, unless somebody changes it."""
    form = page[page.index('name="title"') - 200 : page.index('id="picture"')]
    values = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        is_off = re.search(r'type="(radio|checkbox)"', tag) and " checked" not in tag
        if name and not is_off and name[1] != "csrf_token":
            values[name[1]] = value[1] if value else ""
    for name, content in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)"[^>]* selected', content)
        values[name] = chosen[1] if chosen else ""
    for name, content in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        values[name] = content.removeprefix("\r\n")
    return values


def change(lyon: Place, found: Gathering, **values: str) -> None:
    """Open the form, change these, save."""
    maud, path = Browser(lyon.app, lyon.hub_id, lyon.maud), f"/manage/events/{found.id}"
    saved = maud.post(path, {**filled(maud.get(path).text), **values}, form_page=path)
    assert saved.status_code == 303, saved.text


def table(lyon: Place, found: Gathering) -> list[dict[str, str]]:
    """The attendance list, a row each."""
    text = Browser(lyon.app, lyon.hub_id, lyon.maud).get(f"/manage/events/{found.id}/people.csv").text
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_taking_a_question_away_leaves_each_answer_under_its_own(lyon: Place) -> None:
    found = one(lyon, questions=(MEAT, NUTS))
    come(lyon, found, lyon.ann, q0="Meat: yes please", q1="Nuts")
    change(lyon, found, **{"questions-0-label": ""})
    change(lyon, found, title="Another title")
    (row,) = table(lyon, found)
    assert row["What are you allergic to?"] == "Nuts"
    assert row["Do you eat meat? (no longer asked)"] == "Meat: yes please"
    page = Browser(lyon.app, lyon.hub_id, lyon.maud).get(f"/manage/events/{found.id}/people").text
    assert page.index("What are you allergic to?") < page.index("Do you eat meat? (no longer asked)")


def test_a_question_in_other_words_does_not_take_over_the_answers(lyon: Place) -> None:
    found = one(lyon, questions=(MEAT, NUTS))
    come(lyon, found, lyon.ann, q0="yes please", q1="Nuts")
    change(lyon, found, **{"questions-0-label": "Do you need a wheelchair?"})
    come(lyon, found, lyon.ben, q2="No")
    assert [row["Do you need a wheelchair?"] for row in table(lyon, found)] == ["", "No"]
    assert [row["Do you eat meat? (no longer asked)"] for row in table(lyon, found)] == ["yes please", ""]


def test_what_is_no_longer_asked_is_asked_of_nobody_and_stays_out_of_the_form(lyon: Place) -> None:
    found = one(lyon, questions=(MEAT, NUTS))
    come(lyon, found, lyon.ann, q0="Yes")
    change(lyon, found, **{"questions-0-label": ""})
    assert "Do you eat meat?" not in Browser(lyon.app, lyon.hub_id, lyon.ben).get(f"/events/{found.slug}").text
    page = Browser(lyon.app, lyon.hub_id, lyon.maud).get(f"/manage/events/{found.id}").text
    assert "Do you eat meat?" not in page
    come(lyon, found, lyon.ben, q0="Slipped in", q1="Eggs")
    assert [row["Do you eat meat? (no longer asked)"] for row in table(lyon, found)] == ["Yes", ""]


def _edit(found: Gathering, *questions: Question, with_following: bool = True) -> None:
    services.edit_gathering(
        gathering_id=found.id,
        details=details(questions=questions),
        when=SATURDAY,
        with_following=with_following,
        now=NOW,
    )


def test_each_date_of_a_series_keeps_its_own_answers(inside: Place) -> None:
    first, second, *_rest = all_of(make_gathering(repeat=Repeat(Frequency.WEEKLY), questions=(MEAT, NUTS)).series_id)
    register(second.id, inside.ann, q0="Yes", q1="Nuts")
    _edit(first, NUTS)
    _edit(first, NUTS, Question("", "Which bus?"))
    assert [(row["key"], row["label"]) for row in _rows(second)] == [
        ("q1", "What are you allergic to?"),
        ("q2", "Which bus?"),
        ("q0", "Do you eat meat?"),
    ]
    assert [row["label"] for row in _rows(first)] == ["What are you allergic to?", "Which bus?"]


def test_dates_made_later_ask_what_is_asked_now(inside: Place) -> None:
    first = make_gathering(repeat=Repeat(Frequency.WEEKLY), questions=(MEAT, NUTS))
    register(first.id, inside.ann, q0="Yes")
    _edit(first, NUTS)
    series = queries.series(first.series_id)
    assert series is not None
    assert [row["label"] for row in series.template["details"]["questions"]] == ["What are you allergic to?"]


def _rows(found: Gathering) -> list[dict[str, Any]]:
    db.session.refresh(found)
    return found.questions


def test_a_date_whose_keys_mean_something_else_takes_no_answers_over(inside: Place) -> None:
    first, second, *_rest = all_of(make_gathering(repeat=Repeat(Frequency.WEEKLY), questions=(MEAT,)).series_id)
    _edit(first, MEAT, Question("", "Which bus?"), with_following=False)
    _edit(second, MEAT, NUTS)
    register(second.id, inside.ann, q1="Nuts")
    services.edit_gathering(
        gathering_id=first.id,
        details=details(questions=(MEAT, Question("q1", "Which bus?"))),
        when=SATURDAY,
        with_following=True,
        now=NOW,
    )
    assert {row["key"]: row["label"] for row in _rows(second)}["q1"] == "What are you allergic to?"


@pytest.mark.parametrize(
    ("wanted", "answered", "keys"),
    [
        ([NUTS], {"q0", "q1"}, {"q1": True, "q0": False}),
        ([NUTS, MEAT], {"q0", "q1"}, {"q1": True, "q0": True}),
        ([Question("", "What are you allergic to?")], {"q1"}, {"q1": True}),
        ([Question("q0", "Do you eat fish?")], {"q0"}, {"q2": True, "q0": False}),
        ([Question("q0", "Do you eat fish?")], set(), {"q0": True}),
        ([MEAT, Question("", "New")], {"q7"}, {"q0": True, "q2": True}),
        ([Question("q7", "New")], {"q7"}, {"q2": True}),
        ([MEAT, MEAT], set(), {"q0": True, "q2": True}),
    ],
)
def test_keys(wanted: list[Question], answered: set[str], keys: dict[str, bool]) -> None:
    found = settled(wanted, before=(MEAT, NUTS), answered=answered)
    assert {one.key: one.is_asked for one in found} == keys


def test_two_questions_of_the_same_words_are_told_apart_by_their_keys() -> None:
    guests = (Question("q0", "Name of a guest"), Question("q1", "Name of a guest"))
    found = settled([guests[1]], before=guests, answered={"q0", "q1"})
    assert [(one.key, one.is_asked) for one in found] == [("q1", True), ("q0", False)]


def test_asking_again_in_the_same_words_brings_the_answers_back(lyon: Place) -> None:
    found = one(lyon, questions=(MEAT,))
    come(lyon, found, lyon.ann, q0="Yes")
    change(lyon, found, **{"questions-0-label": ""})
    change(lyon, found, **{"questions-3-label": "Do you eat meat?"})
    assert [row["Do you eat meat?"] for row in table(lyon, found)] == ["Yes"]


def test_the_first_questions_of_a_form_have_keys(lyon: Place) -> None:
    found = one(lyon, questions=(Question("", "Which bus?"), Question("", "Which bike?")))
    with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
        assert [row["key"] for row in queries.gathering(found.id).questions] == ["q0", "q1"]


def test_answers_to_a_page_of_other_questions_are_not_taken(lyon: Place) -> None:
    found = one(lyon, questions=(MEAT,))
    ann, path = Browser(lyon.app, lyon.hub_id, lyon.ann), f"/events/{found.slug}"
    stale = re.search(r'name="asked" value="([^"]+)"', ann.get(path).text)
    assert stale
    change(lyon, found, **{"questions-0-label": "Do you need a wheelchair?"})
    sent = {"seats": "1", "answer_q0": "Meat: yes please"}
    refused = ann.post(f"{path}/register", {**sent, "asked": stale[1]}, form_page=path)
    assert refused.status_code == 422
    assert "The questions have changed" in refused.text
    assert "Meat: yes please" not in refused.text
    fresh = re.search(r'name="asked" value="([^"]+)"', refused.text)
    assert fresh
    answered = {"seats": "1", "answer_q0": "No", "asked": fresh[1]}
    assert ann.post(f"{path}/register", answered, form_page=path).status_code == 303
