"""One hub of the demo's past: where it is, who is known there by now, and cards that its people show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from hubapp.cli.demo import scenes
from hubapp.cli.demo.content import Drawing, Person, Story
from hubapp.cli.demo.portraits import Portraits
from hubapp.cli.demo.stage import Stage
from hubapp.kernel import files
from hubapp.kernel.db import unit_of_work
from hubapp.kernel.files import Files
from hubapp.money.payments.sandbox.cards import BY_NUMBER
from hubapp.money.payments.sandbox.paying import Attempt
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.scope import hub_scope

PAYS, DECLINED, REFUSED_LATER = "4242424242424242", "4000000000009995", "4000000000000341"
DISPUTED = "4000000000000259"


@dataclass
class Cast:
    """Who is known by now across the network: address → account; `second` decides on what `central` proposes."""

    central: Actor
    second: Actor
    portraits: Portraits
    accounts: dict[str, UUID] = field(default_factory=dict)


@dataclass
class Place:
    """One hub; `id` is 0 until it opens, `articles` go by their numbers in the plan."""

    stage: Stage
    story: Story
    cast: Cast
    id: int = 0
    articles: dict[int, UUID] = field(default_factory=dict)

    @property
    def tax_rates(self) -> dict[str, int]:
        """Of its country, in basis points."""
        rates: dict[str, int] = self.story.pack.settings()["tax_rates"]
        return rates

    @property
    def files(self) -> Files:
        """Where its pictures are stored."""
        return files.opened(self.stage.app.extensions["hubapp.settings"])

    def drawn(self, drawing: Drawing) -> bytes:
        """A picture in its colours, as somebody would upload it."""
        theme = self.story.pack.theme
        return scenes.drawn(drawing.scene, primary=theme.primary, accent=theme.accent)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """One transaction in this hub."""
        with self.stage.app.app_context(), hub_scope(self.id), unit_of_work():
            yield

    def account(self, key: str) -> UUID:
        """Of somebody in the story."""
        return self.cast.accounts[self.story.people[key].email]

    def show_card(self, page: str, person: Person, number: str) -> None:
        """Fill in a card page of the provider."""
        self.stage.sandbox.pay(page, Attempt(BY_NUMBER[number], 12, 2034, person.name, person.email))
