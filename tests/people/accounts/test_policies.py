"""Rules of accounts that need no database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubapp.people.accounts import policies
from hubapp.web.redirects import safe_path


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Amina@Example.ORG ", "amina@example.org"),
        ("o'brien+shop@mail.example.org", "o'brien+shop@mail.example.org"),
        ("amina@localhost", None),
        ("amina@exa mple.org", None),
        ("amina@example.org\r\nBcc: x@example.org", None),
        ("<amina@example.org>", None),
        ("a" * 65 + "@example.org", None),
    ],
)
def test_addresses_have_one_form(typed: str, kept: str | None) -> None:
    assert policies.normal_email(typed) == kept


@given(st.text())
def test_an_accepted_address_fits_into_a_header(text: str) -> None:
    address = policies.normal_email(text)
    assert address is None or not any(char.isspace() or ord(char) < 32 for char in address)


@given(st.text())
def test_an_accepted_name_is_one_visible_line(text: str) -> None:
    name = policies.normal_name(text)
    assert name is None or (
        (name == name.strip() and name.isprintable()) or any(char in policies.JOINERS for char in name)
    )


@pytest.mark.parametrize("password", ["seven lamps over the quay", "correct horse", "Tr0ub4dor&3x", "ثلاثة جسور وجرس"])
def test_good_passwords_are_accepted(password: str) -> None:
    assert policies.password_weakness(password, personal=("amina@example.org", "Amina Diallo")) is None


@pytest.mark.parametrize(
    "password", ["p@ssw0rd1234", "Bienvenue2026!", "iloveyou!!!!", "0987654321", "zyxwvutsrq", "abcabcabcabc"]
)
def test_what_everybody_tries_first_is_refused(password: str) -> None:
    assert policies.password_weakness(password, personal=()) == "common"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("nonsense", "unknown"),
    ],
)
def test_an_ipv6_household_counts_as_one(address: str, network: str) -> None:
    assert policies.network_of(address) == network


@pytest.mark.parametrize(("name", "letters"), [("Amina Diallo", "AD"), ("Bo", "B"), ("李 小龙", "李小"), ("…", "?")])
def test_initials(name: str, letters: str) -> None:
    assert policies.initials(name) == letters


@given(st.text())
def test_a_safe_path_stays_on_the_site(text: str) -> None:
    path = safe_path(text)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert not any(ord(char) <= 32 for char in path)
