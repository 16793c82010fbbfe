"""The text that a draft begins with: only its number and its first day are changed, each once."""

from __future__ import annotations

import tomllib
from datetime import date

from hubapp.earnings.compensation.plans import product, starting

STARTS = date(2031, 2, 1)


def test_an_earlier_version_keeps_everything_but_its_number_and_first_day() -> None:
    source = 'id = "x" # version = 3\nversion=3\neffective_from = 2027-01-01 # first\n[caps]\nversion = 4\n'
    source += 'effective_from = "2028-01-01"\n'
    changed = source.replace("version=3", "version = 12").replace("2027-01-01", '"2031-02-01"')
    assert starting.text(source=source, version=12, starts=STARTS) == changed


def test_without_one_it_is_the_default_plan() -> None:
    read = product.read(tomllib.loads(starting.text(source=None, version=7, starts=STARTS)), file="new.toml")
    assert (read.version, read.effective_from, read.id) == (7, STARTS, "glocal-1")
