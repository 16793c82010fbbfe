"""Who sees what, and what tags, links and searches become, whatever is typed."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubapp.people.profiles import policies

TEXT = st.text(max_size=80)


@pytest.mark.parametrize(("is_member", "is_connector", "is_blocked"), list(product((False, True), repeat=3)))
def test_what_is_for_nobody_is_seen_by_oneself_alone(is_member: bool, is_connector: bool, is_blocked: bool) -> None:
    flags = {"is_member": is_member, "is_connector": is_connector, "is_blocked": is_blocked}
    assert policies.NOBODY not in policies.seen_by(is_self=False, **flags)
    assert set(policies.seen_by(is_self=True, **flags)) == set(policies.AUDIENCES)


@pytest.mark.parametrize(("is_member", "is_connector"), list(product((False, True), repeat=2)))
def test_a_blocked_person_sees_what_a_stranger_sees(is_member: bool, is_connector: bool) -> None:
    blocked = policies.seen_by(is_self=False, is_member=is_member, is_connector=is_connector, is_blocked=True)
    stranger = policies.seen_by(is_self=False, is_member=False, is_connector=False, is_blocked=False)
    assert blocked == stranger == (policies.EVERYBODY,)


@given(TEXT)
def test_a_tag_once_kept_stays_as_it_is(text: str) -> None:
    kept = policies.tag(text)
    assert policies.tag(kept) == kept
    assert kept == " ".join(kept.split())


@given(TEXT)
def test_typed_tags_are_different_and_none_is_empty(text: str) -> None:
    tags = policies.tags_in(text)
    assert len(set(tags)) == len(tags)
    assert all(tags)


def test_tags_are_the_same_however_they_are_written() -> None:
    assert policies.tags_in("  #Bike   Repair, bike repair;  Couture،خياطة\n") == ("bike repair", "couture", "خياطة")


@pytest.mark.parametrize(
    ("link", "is_good"),
    [
        ("https://example.org/a?b=c", True),
        ("http://www.example.org", True),
        ("javascript:alert(1)", False),
        ("https://user:pass@example.org", False),
        ("https://localhost", False),
        ("ftp://example.org", False),
        ('https://example.org/"onclick', False),
        ("https://example.org/a b", False),
        ("https://example.org/" + "x" * 200, False),
        ("https://[", False),
    ],
)
def test_only_pages_of_the_web_are_links(link: str, is_good: bool) -> None:
    assert policies.is_link(link) is is_good


def test_links_are_typed_one_a_line_with_or_without_their_scheme() -> None:
    assert policies.links_in("example.org\n\nhttps://b.example\nexample.org") == (
        "https://example.org",
        "https://b.example",
    )
    assert policies.shown_link("https://www.example.org/a/") == "example.org/a"
