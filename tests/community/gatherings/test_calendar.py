"""Calendar files as RFC 5545 reads them: folded, escaped, in UTC, and read back by rules written for the test."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from hubapp.community.gatherings.policies.calendar import WIDEST, Entry, written

AT = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


def entry(**values: object) -> Entry:
    return Entry(**{"uid": "1@x", "starts_at": AT, "ends_at": AT, "title": "Café", "changed_at": AT, **values})  # type: ignore[arg-type]


def unfolded(text: str) -> list[str]:
    """Section 3.1 backwards; every physical line is short enough and ends as it must."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    lines = text[:-2].split("\r\n")
    assert all(len(line.encode()) <= WIDEST for line in lines)
    return "\r\n".join(lines).replace("\r\n ", "").split("\r\n")


def values(text: str) -> dict[str, str]:
    return dict(line.split(":", 1) for line in unfolded(text))


def unescaped(value: str) -> str:
    chars, marks = iter(value), {"n": "\n", "\\": "\\", ";": ";", ",": ","}
    return "".join(marks[next(chars)] if char == "\\" else char for char in chars)


def test_an_event_says_what_calendars_need() -> None:
    found = unfolded(written("L'Établi", [entry(place="Rue 1, Lyon", url="https://x.example/events/a")]))
    assert found[0] == "BEGIN:VCALENDAR"
    assert found[-1] == "END:VCALENDAR"
    assert {"VERSION:2.0", "UID:1@x", "DTSTART:20261128T090000Z", "DTSTAMP:20261128T090000Z"} <= set(found)
    assert {"LOCATION:Rue 1\\, Lyon", "URL:https://x.example/events/a", "STATUS:CONFIRMED"} <= set(found)


def test_a_canceled_one_is_told_with_a_higher_sequence() -> None:
    found = values(written("x", [entry(sequence=3, is_canceled=True)]))
    assert (found["SEQUENCE"], found["STATUS"]) == ("3", "CANCELLED")


@given(st.text(max_size=300))
def test_any_title_comes_back_as_it_was_but_for_control_characters(title: str) -> None:
    title = title.encode("utf-8", "ignore").decode()
    plain = title.replace("\r\n", "\n").replace("\r", "\n")
    plain = "".join(char for char in plain if char in "\n\t" or (char >= " " and char != "\x7f"))
    assert unescaped(values(written("x", [entry(title=title)]))["SUMMARY"]) == plain


@given(st.text(alphabet="قهوة é😀a", min_size=70, max_size=400))
def test_long_lines_are_folded_between_characters(text: str) -> None:
    assert unescaped(values(written("x", [entry(text=text)]))["DESCRIPTION"]) == text
