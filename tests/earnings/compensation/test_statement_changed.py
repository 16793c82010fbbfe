"""Whatever is changed in a statement is found and named: a byte, a number, a whole entry, the seal, the signer."""

from __future__ import annotations

import copy
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubapp.earnings.compensation import verify_statement
from hubapp.earnings.compensation.statement import keys, sealing
from hubapp.earnings.compensation.verify_statement import Report, canonical, check
from tests.earnings.compensation import statements, strategies

RAW = statements.example()
CORRECTED = statements.corrected()
IN_CORRECTIONS = [
    at
    for name, following in (("corrections", "earner"), ("later", "lines"))
    for at in range(CORRECTED.index(f' "{name}": ['.encode()), CORRECTED.index(f'\n "{following}": '.encode()))
]
# Written by the program as it was before there was another version of the form.
VERSION_1 = (pathlib.Path(__file__).parent / "statement_version_1.json").read_bytes()
CAREFUL = settings(max_examples=40, deadline=None, derandomize=True)
Path = tuple[str | int, ...]


def section_at(raw: bytes, at: int) -> set[str]:
    """The section that a byte stands in; the line feed behind one belongs to both neighbours."""
    found, names = {"frame"}, [f' "{name}": '.encode() for name in verify_statement.SECTIONS]
    begin = 0
    for line in raw.split(b"\n"):
        here = {name.decode().strip(' ":') for name in names if line.startswith(name)}
        found = here or ({"frame"} if line[:1] not in {b" ", b""} else found)
        if begin <= at < begin + len(line):
            return found
        begin += len(line) + 1
        if at < begin:
            return found | {name.decode().strip(' ":') for name in names if raw[begin:].startswith(name)}
    return found


def numbers(value: Any, path: Path = ()) -> Iterator[Path]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in pairs:
        yield from numbers(one, (*path, name))
    if isinstance(value, int) and not isinstance(value, bool):
        yield path


def changed(value: Any, path: Path, new: Any) -> Any:
    value = copy.deepcopy(value)
    inner = value
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = new(inner[path[-1]])
    return value


def shown(path: Path) -> str:
    return "".join(f"[{name}]" if isinstance(name, int) else f".{name}" for name in path).lstrip(".")


def refused(raw: bytes, given_: dict[str, bytes] | None = None) -> Report:
    report = check(raw, given_)
    assert not report.is_right
    assert report.problems
    assert list(verify_statement.told(report))[-1] == "This statement is NOT as it was signed."
    return report


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.integers(0, len(RAW) - 1), st.integers(0, 255))
def test_any_other_byte_is_found_and_its_section_named(at: int, byte: int) -> None:
    byte = byte if byte != RAW[at] else byte ^ 1
    report = refused(RAW[:at] + bytes((byte,)) + RAW[at + 1 :])
    assert section_at(RAW, at) & set(report.sections)


@CAREFUL
@given(strategies.whole_cases(), st.data())
def test_any_other_byte_or_number_of_any_statement_is_found(case: dict[str, Any], data: st.DataObject) -> None:
    result = statements.computed(case)
    member = data.draw(st.sampled_from(list(result.ground.members.ids)))
    raw = statements.sealed(statements.document(statements.closed(result), member))
    at, byte = data.draw(st.integers(0, len(raw) - 1)), data.draw(st.sampled_from(b'0189 "\n,{}[]:aZ\xc3'))
    if byte != raw[at]:
        report = refused(raw[:at] + bytes((byte,)) + raw[at + 1 :])
        assert section_at(raw, at) & set(report.sections)
    path = data.draw(st.sampled_from(list(numbers(statements.parsed(raw)))))
    other = changed(statements.parsed(raw), path, lambda number: number + data.draw(st.integers(1, 10**6)))
    assert refused(canonical(other)).sections == [path[0]]


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.integers(0, len(CORRECTED) - 1), st.integers(0, 255))
def test_any_other_byte_of_a_correction_is_named_with_what_it_was(at: int, byte: int) -> None:
    at = IN_CORRECTIONS[at % len(IN_CORRECTIONS)]
    byte = byte if byte != CORRECTED[at] else byte ^ 1
    report = refused(CORRECTED[:at] + bytes((byte,)) + CORRECTED[at + 1 :])
    assert section_at(CORRECTED, at) & set(report.sections)
    assert any(": expected " in words for words in report.problems)


def test_every_number_is_named_with_what_it_was() -> None:
    whole = statements.parsed(RAW)
    for path in numbers(whole):
        was = _value(whole, path)
        other = was + 1 if was % 10 < 9 else was - 1
        words = f"{shown(path)}: expected {was}, found {other}"
        report = refused(canonical(changed(whole, path, lambda _, new=other: new)))
        assert any(problem.endswith(words) for problem in report.problems), (words, report.problems)


def _value(value: Any, path: Path) -> Any:
    for name in path:
        value = value[name]
    return value


@pytest.mark.parametrize("part", ["lines", "totals"])
def test_an_amount_changed_before_the_signature_is_named_by_recomputing(part: str) -> None:
    whole = statements.parsed(RAW)
    for path in numbers(whole[part], (part,)):
        forged = statements.sealed(changed(whole, path, lambda number: number + 1))
        report = refused(forged)
        was = _value(whole, path)
        assert any(f"{shown(path)}: expected {was}, found {was + 1}" in words for words in report.problems)
        assert part in report.sections


@CAREFUL
@given(strategies.whole_cases(), st.data())
def test_no_signature_makes_an_amount_right(case: dict[str, Any], data: st.DataObject) -> None:
    result = statements.computed(case)
    member = data.draw(st.sampled_from(list(result.ground.members.ids)))
    found = statements.document(statements.closed(result), member)
    path = data.draw(st.sampled_from([*numbers(found["lines"], ("lines",)), *numbers(found["totals"], ("totals",))]))
    report = refused(statements.sealed(changed(found, path, lambda number: number + data.draw(st.integers(1, 99)))))
    assert path[0] in report.sections


@pytest.mark.parametrize(
    ("path", "new", "words"),
    [
        (("orders", 0, "cv"), 0, "lines"),
        (("facts", "team", "together", 0, "cv"), 5, "facts.team: the legs have"),
        (("facts", "team", "together", 1, "legs"), 9, "facts.team.together[1].cv: 9 legs of this tier cannot have"),
        (("facts", "team", "legs", 0, "leg"), "someone", "lines[1].pieces"),
        (("plan", "rules", "components", 0, "tiers", 1, "bps"), 1201, "plan.rules.components[0].tiers[1].bps"),
        (("plan", "rules", "caps", "total_bps"), 3001, "plan.rules.caps.total_bps: expected 3000, found 3001"),
        (("plan", "digest"), "0" * 64, "plan.digest: expected"),
        (("group", "from_customers"), 9**9, "group.from_customers: 387420489 is more than everything"),
        (("standing", "customers"), -1, "standing.customers: -1 is less than nothing"),
        (("about", "version"), 2, "this program reads hubapp-statement 1"),
    ],
)
def test_facts_that_do_not_fit_each_other_are_named_even_when_signed(path: Path, new: Any, words: str) -> None:
    report = refused(statements.sealed(changed(statements.parsed(RAW), path, lambda _: new)))
    assert any(words in problem for problem in report.problems), report.problems


def test_an_entry_left_out_or_put_in_is_found() -> None:
    whole = statements.parsed(RAW)
    fewer, more = copy.deepcopy(whole), copy.deepcopy(whole)
    del fewer["lines"][1]
    more["orders"].append(more["orders"][0])
    assert refused(canonical(fewer)).sections == ["lines"]
    assert refused(canonical(more)).sections == ["orders"]
    assert "lines" in refused(statements.sealed(fewer)).sections
    without = {name: one for name, one in whole.items() if name != "standing"}
    assert refused(canonical(without)).sections == ["standing"]


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"{" * 100_000, RAW[:-1], RAW + b" ", b" " + RAW]
)
def test_what_is_no_statement_is_refused_in_words(raw: bytes) -> None:
    assert "Traceback" not in "\n".join(verify_statement.told(refused(raw)))


def test_another_form_of_the_same_values_is_refused() -> None:
    whole = statements.parsed(RAW)
    assert refused(canonical(whole).replace(b'"exponent": 2', b'"exponent": 2.0')).sections == ["period"]
    twice = RAW.replace(b'  "exponent": 2,\n', b'  "exponent": 2,\n  "exponent": 2,\n')
    assert refused(twice).sections == ["period"]


def test_only_the_keys_given_may_have_signed() -> None:
    own = verify_statement.key_id(statements.PUBLIC)
    other = keys.private_key("a secret of somebody else", 1)
    forged = sealing.sealed({k: v for k, v in statements.parsed(RAW).items() if k != "seal"}, other)
    statements.right(RAW, {own: statements.PUBLIC})
    statements.right(forged)  # by itself it fits; whose key that is only published keys can tell
    assert refused(forged, {own: statements.PUBLIC}).sections == ["seal"]
    assert refused(RAW, {own: other.public_key().public_bytes_raw()}).sections == ["seal"]


def test_a_signature_of_something_else_is_refused() -> None:
    whole = statements.parsed(RAW)
    whole["seal"]["signature"] = statements.KEY.sign(b"something else").hex()
    report = refused(canonical(whole))
    assert report.sections == ["seal"]
    assert report.problems[0].startswith("seal.signature: is not that of key")


def test_statements_of_the_form_before_are_read_and_each_byte_of_them_too() -> None:
    report = statements.right(VERSION_1)
    assert report.document is not None
    assert report.document["about"]["version"] == 1
    assert report.document["totals"]["corrections"] < 0
    for at in range(0, len(VERSION_1), 997):
        refused(VERSION_1[:at] + bytes((VERSION_1[at] ^ 1,)) + VERSION_1[at + 1 :])


def test_a_form_that_says_another_version_than_it_has_is_refused() -> None:
    for raw, version in ((VERSION_1, 2), (RAW, 1), (RAW, 3)):
        forged = changed(statements.parsed(raw), ("about", "version"), lambda _, new=version: new)
        refused(canonical(forged))
        refused(statements.sealed(forged))


@pytest.mark.parametrize(
    "path",
    [
        ("corrections", 0, "was", "lines", 0, "amount"),
        ("corrections", 0, "now", "lines", 0, "pieces", 0, "exact"),
        ("later", 0, "was", "orders", 0, "cv"),
        ("later", 0, "now", "group", "cv"),
        ("later", 0, "lines", 0, "difference"),
        ("totals", "later"),
        ("totals", "by_now"),
    ],
)
def test_a_correction_changed_before_the_signature_is_named_by_recomputing(path: Path) -> None:
    forged = statements.sealed(changed(statements.parsed(CORRECTED), path, lambda number: number + 1))
    assert path[0] in refused(forged).sections


def test_a_correction_begins_with_what_was_paid() -> None:
    whole = statements.parsed(CORRECTED)
    later = {**whole["later"][0], "was": whole["later"][0]["now"], "lines": []}
    totals = {**whole["totals"], "later": 0, "by_now": whole["totals"]["period"]}
    report = refused(statements.sealed({**whole, "later": [later], "totals": totals}))
    assert any(words.startswith("later[0].was.lines") for words in report.problems)
