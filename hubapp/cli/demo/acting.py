"""Doing what the plan says, through the services that pages use, at the stage's moment."""

from __future__ import annotations

from functools import singledispatchmethod
from uuid import UUID
from zoneinfo import ZoneInfo

from hubapp.cli.demo import acts, cashing, earning, promising, trading
from hubapp.cli.demo.cashing import Cashing
from hubapp.cli.demo.content import Person, Story
from hubapp.cli.demo.deeds import Deed
from hubapp.cli.demo.living import Living
from hubapp.cli.demo.meetings import Meetings
from hubapp.cli.demo.place import Cast, Place
from hubapp.cli.demo.stage import Stage
from hubapp.cli.demo.subscribing import Subscribing
from hubapp.cli.demo.talking import Talking
from hubapp.cli.demo.trading import Trading
from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.people.accounts import services as accounts
from hubapp.people.membership import services as membership
from hubapp.people.membership.models import Role
from hubapp.people.profiles import portraits
from hubapp.tenancy import services as tenancy
from hubapp.tenancy.platform import platform_scope

PASSWORD = "demo-hub-2026"  # noqa: S105  published: it opens invented accounts only


class Hub:
    """One hub's past as it unfolds: each act goes to what does such things."""

    def __init__(self, stage: Stage, story: Story, cast: Cast) -> None:
        self.place = Place(stage, story, cast)
        self.trading, self.subscribing = Trading(self.place), Subscribing(self.place)
        self.cashing = Cashing(self.place)
        self.meetings = Meetings(self.place)
        self.talking = Talking(self.place)
        self.living = Living(self.talking, self.place.account)

    def perform(self, act: acts.Act) -> None:
        """Do it now, and what it causes: at once, or with the next act where that changes nothing for anybody."""
        self._do(act)
        if not acts.can_wait(act):
            self.place.stage.settle()

    @singledispatchmethod
    def _do(self, act: object) -> None:
        raise NotImplementedError(type(act))

    @_do.register
    def _open(self, _act: acts.Open) -> None:
        with self.place.stage.app.app_context(), platform_scope(reason="demo: open a hub"), unit_of_work():
            self.place.id = tenancy.open_hub(pack=self.place.story.pack, actor=self.place.cast.central, now=clock.now())

    @_do.register
    def _enter(self, act: acts.Enter) -> None:
        person = act.person
        if person.email not in self.place.cast.accounts:
            self.place.cast.accounts[person.email] = self._sign_up(person)
        account_id = self.place.cast.accounts[person.email]
        with self.place.inside():
            referral, now = self.living.brought(person), clock.now()
            member = membership.join(account_id=account_id, name=person.name, referral=referral, now=now)
            if person.tells:
                self.living.tell_of(person)
            self._show_face(person)
            if person.role:
                by = self.place.cast.central if person.role == Role.CONNECTOR else self.talking.connector()
                membership.grant_role(
                    membership_id=member.id, role=person.role, permissions=person.permissions, actor=by, now=now
                )

    def _show_face(self, person: Person) -> None:
        """They put up a portrait, as a photo, if they are of those who do."""
        place = self.place
        sizes = place.cast.portraits.of(place.story.slug, person.key)
        if sizes is not None:
            portraits.keep(account_id=place.account(person.key), sizes=sizes, files=place.files)

    def _sign_up(self, person: Person) -> UUID:
        with self.place.stage.app.app_context(), platform_scope(reason="demo: open accounts"), unit_of_work():
            return accounts.create_account(
                email=person.email,
                name=person.name,
                password=PASSWORD if person.signs_in else None,
                locale=person.locale,
                now=clock.now(),
                is_confirmed=True,
                is_demo=True,
            )

    @_do.register
    def _trade(self, act: trading.Act) -> None:
        self.trading.perform(act)

    @_do.register
    def _subscribe(self, act: acts.Subscribe) -> None:
        self.subscribing.perform(act)

    @_do.register
    def _cash(self, act: cashing.Act) -> None:
        self.cashing.perform(act)

    @_do.register
    def _agree(self, act: acts.Agree) -> None:
        with self.place.stage.app.app_context():
            promising.agree(
                hub_id=self.place.id,
                zone=ZoneInfo(self.place.story.pack.timezone),
                account_id=self.place.account(act.promise.who),
                promise=act.promise,
                proposer=self.place.cast.central,
                approver=self.place.cast.second,
            )

    @_do.register
    def _meet(self, act: acts.Announce | acts.Come | acts.Arrive | acts.Cancel) -> None:
        with self.place.inside():
            self.meetings.perform(act, now=clock.now())

    @_do.register
    def _say(self, act: acts.Say) -> None:
        with self.place.inside():
            self.talking.say(act)

    @_do.register
    def _reword(self, act: acts.Reword) -> None:
        with self.place.inside():
            self.talking.reword(act)

    @_do.register
    def _respond(self, act: acts.Respond) -> None:
        with self.place.inside():
            self.talking.respond(act)

    @_do.register
    def _announce_plan(self, act: acts.AnnouncePlan) -> None:
        with self.place.stage.app.app_context():
            earning.announce(act.source, proposer=self.place.cast.central, decider=self.place.cast.second)

    @_do.register
    def _close_period(self, act: acts.ClosePeriod) -> None:
        with self.place.stage.app.app_context():
            earning.close(act.name, currency=self.place.story.pack.currency, by=self.place.cast.central)

    @_do.register
    def _take_part(self, act: acts.TakePart) -> None:
        with self.place.inside():
            earning.take_part(
                account_id=self.place.account(act.who),
                name=self.place.story.people[act.who].name,
                sponsor_id=self.place.account(act.sponsor) if act.sponsor else None,
            )

    @_do.register
    def _live(self, act: Deed) -> None:
        with self.place.inside():
            self.living.perform(act)
