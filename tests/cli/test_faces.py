"""Portraits of the demo's people: as told, well apart, and the same on each run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from functools import lru_cache
from itertools import combinations

import pytest
from PIL import Image, ImageChops, ImageStat

from hubapp.cli.demo import seed
from hubapp.cli.demo.content import Story
from hubapp.cli.faces import looks
from hubapp.cli.faces.drawing import portrait
from hubapp.cli.faces.looks import Look
from tests.cli.conftest import story

SLUGS = seed.HUBS_SHOWN
SMALL = 36  # as wide as beside a post


@lru_cache
def told(slug: str) -> Story:
    return story(slug)


def seen(slug: str) -> dict[str, Look]:
    found = told(slug)
    palette = (found.pack.theme.primary, found.pack.theme.accent)
    return looks.looks({key: person.looks for key, person in found.people.items()}, palette=palette)


@pytest.mark.parametrize("slug", SLUGS)
def test_about_three_quarters_have_a_portrait(slug: str) -> None:
    assert 0.7 < len(seen(slug)) / len(told(slug).people) < 0.8


@pytest.mark.parametrize("slug", SLUGS)
def test_of_each_enough_is_told_and_nothing_twice(slug: str) -> None:
    for key, person in told(slug).people.items():
        if person.looks:
            assert len(person.looks & {"woman", "man"}) == 1, key
            assert len(person.looks & looks.TONES.keys()) == 1, key
            assert person.looks <= looks.WORDS, key


@pytest.mark.parametrize("slug", SLUGS)
def test_everybody_looks_as_told(slug: str) -> None:
    people: Mapping[str, frozenset[str]] = {key: person.looks for key, person in told(slug).people.items()}
    for key, look in seen(slug).items():
        assert (look.style == "scarf") == ("scarf" in people[key]), key
        assert bool(look.glasses) == ("glasses" in people[key]), key
        assert not look.beard or "man" in people[key], key


@pytest.mark.parametrize("slug", SLUGS)
def test_no_two_people_of_a_hub_look_alike_even_where_they_are_small(slug: str) -> None:
    small = {key: portrait(look).resize((SMALL, SMALL), Image.Resampling.LANCZOS) for key, look in seen(slug).items()}
    apart = {
        (one, other): sum(ImageStat.Stat(ImageChops.difference(small[one], small[other])).mean)
        for one, other in combinations(small, 2)
    }
    nearest = min(apart, key=lambda pair: apart[pair])
    assert apart[nearest] > 20, (nearest, apart[nearest])


def test_they_are_the_same_on_each_run_in_every_size() -> None:
    asked = json.dumps({"lyon": [["#1d3fa6", "#f5b82e"], {"maud": ["woman", "light"], "hugues": []}]}).encode()
    command = [sys.executable, "-m", "hubapp.cli.faces.drawing", "80", "192"]
    first, second = (subprocess.run(command, input=asked, capture_output=True, check=True).stdout for _ in range(2))
    assert first == second
    drawn = json.loads(first)["lyon"]
    assert list(drawn) == ["maud"]
    assert list(drawn["maud"]) == ["80", "192"]
