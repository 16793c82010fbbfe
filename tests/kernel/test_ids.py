"""Ids: what one process makes one after the other sorts in that order, as lists that page by key rely on."""

from __future__ import annotations

import time
from uuid import RFC_4122

from hubapp.kernel import ids


def test_ids_sort_as_they_were_made() -> None:
    made = [ids.uuid7() for _ in range(5000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_an_id_says_its_version_and_the_time_it_was_made() -> None:
    before = time.time_ns() // 1_000_000
    made = ids.uuid7()
    assert (made.version, made.variant) == (7, RFC_4122)
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000
