"""The ground that every sequence starts from: two databases cloned from kept ones, with hubs, people and listings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.membership import services as membership
from hubapp.people.membership.errors import HomeMovedLately
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.earning import Town
from tests.factories.hubs import make_hub
from tests.factories.market import make_listing
from tests.factories.members import make_member
from tests.factories.payments import Till, open_till

RATES = {"standard": 2000, "reduced": 550, "zero": 0}
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Thing:
    """A listing as the oracle knows it; `seller` None: the core's."""

    hub_id: int
    listing_id: UUID
    seller: UUID | None
    price: int
    shipping: int | None
    tax_rate: int
    stock: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """A hub: its currency, its connectors with their weights, and what is sold there."""

    hub_id: int
    currency: str
    connectors: tuple[tuple[UUID, int], ...]
    things: tuple[Thing, ...]
    monthly: tuple[Thing, ...] = ()  # what people subscribe to


@dataclass
class World:
    """Real services, a real provider's stand-in, real commits; `restore` brings everything back to the beginning.

    Tests of one worker share it: the first one lays the ground, and whoever comes later enters with their own `live`.
    """

    live: Live
    places: list[Place] = field(default_factory=list)
    buyers: list[UUID] = field(default_factory=list)
    sellers: list[UUID] = field(default_factory=list)
    homes: dict[UUID, int] = field(default_factory=dict)  # person → the hub that they chose
    payees: dict[UUID, int] = field(default_factory=dict)  # person → a hub in whose currency they are paid
    history: list[Any] | None = None  # what was sold before every sequence
    kept_as: str = "kept"  # ends the names of the databases that everything is restored from
    _admin: psycopg.Connection[Row] | None = None
    _sandbox: psycopg.Connection[Row] | None = None

    def __post_init__(self) -> None:
        self.till: Till = open_till(self.live.app, begin=None)
        self._settle_ground()
        self.keep()

    def enter(self, live: Live) -> None:
        """Go on with another test's application on databases of the same names."""
        self.live, self.till = live, open_till(live.app, begin=None)

    @property
    def places_by_hub(self) -> dict[int, Place]:
        """The hubs by their ids."""
        return {place.hub_id: place for place in self.places}

    def rows(self, statement: str, *values: Any) -> list[Row]:
        """What the database has, seen by its superuser."""
        self._admin = self._admin or psycopg.connect(self.live.server.admin, row_factory=dict_row, autocommit=True)
        return _run(self._admin, statement, values)

    def theirs(self, statement: str, *values: Any) -> list[Row]:
        """What the provider's database has."""
        self._sandbox = self._sandbox or psycopg.connect(
            self.live.server.sandbox, row_factory=dict_row, autocommit=True
        )
        return _run(self._sandbox, statement, values)

    def restore(self) -> None:
        """Both databases as they were when the ground was laid."""
        self.let_go()
        for name in self._names:
            _execute(self.live, f"DROP DATABASE {name} WITH (FORCE)")
            _execute(self.live, f"CREATE DATABASE {name} TEMPLATE {name}_{self.kept_as}")
        self.reopen()
        self.follow()

    def reopen(self) -> None:
        """Connections to the provider's stand-in are made anew when somebody asks."""
        for made in ("sandbox", "_built"):
            self.till.wiring.__dict__.pop(made, None)
        sandbox = self.till.wiring.sandbox
        assert sandbox is not None
        self.till.sandbox = sandbox

    def leave(self) -> None:
        """Until the next test enters."""
        self.let_go()
        clock.set_offset(timedelta(0))

    def remove(self) -> None:
        """Drop what was kept."""
        for name in self._names:
            _execute(self.live, f"DROP DATABASE IF EXISTS {name}_{self.kept_as} WITH (FORCE)")

    def let_go(self) -> None:
        """Give every connection back."""
        for connection in (self._admin, self._sandbox):
            if connection is not None:
                connection.close()
        self._admin = self._sandbox = None
        self.till.sandbox.close()
        with self.live.app.app_context():
            for engine in db.engines.values():
                engine.dispose()

    @property
    def _names(self) -> tuple[str, str]:
        return _name(self.live.server.admin), _name(self.live.server.sandbox)

    def keep(self) -> None:
        """Everything as it is now becomes the beginning."""
        self.let_go()
        for name in self._names:
            _execute(self.live, f"DROP DATABASE IF EXISTS {name}_{self.kept_as} WITH (FORCE)")
            _execute(self.live, f"CREATE DATABASE {name}_{self.kept_as} TEMPLATE {name}")

    def follow(self) -> None:
        """Look at the clock, and at the hubs, as they are now."""
        tenancy.forget()
        self.live.app.resolver.forget()
        follower = self.live.app.extensions["hubapp.sandbox_clock"]
        follower.forget()
        follower()

    def _settle_ground(self) -> None:
        town = Town(self.till, [])
        ann, bea, carl, dai, emi = (town.person(name) for name in ("Ann", "Bea", "Carl", "Dai", "Emi"))
        self.buyers = [town.person("Ben"), town.person("Bo")]
        self.sellers = [ann, bea, carl, dai, emi]
        with self.live.app.app_context():
            lyon, nantes = make_hub("lyon"), make_hub("nantes")
            osaka = make_hub("osaka", currency="JPY", timezone="Asia/Tokyo", country="JP")
            for hub_id, connectors in ((lyon, (carl, bea)), (nantes, (carl,)), (osaka, ())):
                self._people(hub_id, connectors)
            self._move_house(self.buyers[1], osaka)
            weights = self._share(lyon, {carl: 7000, bea: 3000})
            self.places = [
                Place(
                    lyon, "EUR", weights, self._lyon(lyon, ann, bea), self._monthly(lyon, bea, stock=6, shipping=450)
                ),
                Place(nantes, "EUR", ((carl, 10_000),), self._nantes(nantes, ann, carl), self._monthly(nantes, None)),
                Place(osaka, "JPY", (), self._osaka(osaka, dai, emi), self._monthly(osaka, dai, currency="JPY")),
            ]
        for person, hub_id, currency in (
            (ann, lyon, "EUR"),
            (bea, lyon, "EUR"),
            (carl, nantes, "EUR"),
            (dai, osaka, "JPY"),
        ):
            self.till.currency = currency
            town.connect(hub_id, person)
            self.payees[person] = hub_id
        self.payees[emi] = osaka  # has no account anywhere

    def _people(self, hub_id: int, connectors: Sequence[UUID]) -> None:
        for person in (*self.sellers, *self.buyers):
            role = "connector" if person in connectors else None
            make_member(hub_id, "Somebody", account_id=person, role=role)

    def home_of(self, person: UUID) -> int:
        """The hub at which a person is at home: one that they chose, or the first that they joined."""
        return self.homes.get(person, self.places[0].hub_id)

    def _move_house(self, person: UUID, hub_id: int) -> None:
        try:
            with hub_scope(hub_id), unit_of_work():
                membership.choose_home(account_id=person, now=clock.now())
        except HomeMovedLately:
            return
        self.homes[person] = hub_id

    def _share(self, hub_id: int, weights: dict[UUID, int]) -> tuple[tuple[UUID, int], ...]:
        with hub_scope(hub_id), unit_of_work():
            rows = self.rows("SELECT id, account_id FROM membership WHERE hub_id = %s", hub_id)
            members = {row["account_id"]: row["id"] for row in rows}
            parts = {members[person]: weight for person, weight in weights.items()}
            membership.share_among_connectors(parts=parts, actor=SYSTEM, now=clock.now())
        return tuple(weights.items())

    def _lyon(self, hub_id: int, ann: UUID, bea: UUID) -> tuple[Thing, ...]:
        return (
            _thing(hub_id, ann, 1_200, stock=3, tax="standard"),
            _thing(hub_id, bea, 4_990, shipping=650, tax="reduced"),
            _thing(hub_id, None, 2_501, tax="standard"),
            _thing(hub_id, ann, 120_001, tax="zero"),
        )

    def _nantes(self, hub_id: int, ann: UUID, carl: UUID) -> tuple[Thing, ...]:
        return (
            _thing(hub_id, ann, 3_333, stock=5, tax="reduced"),
            _thing(hub_id, carl, 777, shipping=199, tax="standard"),
        )

    def _osaka(self, hub_id: int, dai: UUID, emi: UUID) -> tuple[Thing, ...]:
        common: dict[str, Any] = {"currency": "JPY"}
        return (
            _thing(hub_id, dai, 98_765, tax="reduced", **common),
            _thing(hub_id, emi, 1_501, stock=4, tax="standard", **common),
        )

    def _monthly(self, hub_id: int, seller: UUID | None, **more: Any) -> tuple[Thing, ...]:
        return (_thing(hub_id, seller, 1_899, tax="reduced", is_monthly=True, **more),)


Worlds = dict[str, World]  # by the name of the databases in which they play


def _thing(
    hub_id: int,
    seller: UUID | None,
    price: int,
    *,
    tax: str,
    stock: int | None = None,
    shipping: int | None = None,
    **more: Any,
) -> Thing:
    with hub_scope(hub_id), unit_of_work():
        listing = make_listing(
            slug=f"thing-{price}",
            title=f"Thing {price}",
            seller_account_id=seller,
            price=price,
            stock=stock,
            shipping_price=shipping,
            tax_category=tax,
            **more,
        )
        return Thing(hub_id, listing.id, seller, price, shipping, RATES[tax], stock)


def _name(dsn: str) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(dsn)["dbname"])


def _run(connection: psycopg.Connection[Row], statement: str, values: Sequence[Any]) -> list[Row]:
    cursor = connection.execute(statement.encode(), values or None)
    while cursor.nextset():  # what the last of several statements says
        pass
    return cursor.fetchall() if cursor.description else []


def _execute(live: Live, statement: str) -> None:
    folder = live.server.admin.replace(f"dbname={_name(live.server.admin)}", "dbname=postgres")
    with psycopg.connect(folder, autocommit=True) as connection:
        connection.execute(statement.encode())
