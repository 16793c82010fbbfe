"""A hub with something to moderate: members, a post, a comment, a gathering, a listing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hubapp.community.moderation import queries, services
from hubapp.community.moderation.models import ModerationAction, ModerationCase
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.membership.queries import MemberView
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.gatherings import make_gathering
from tests.factories.hubs import NOW, make_hub
from tests.factories.market import make_listing
from tests.factories.members import make_connector, make_member
from tests.factories.talk import answer, say
from tests.support.browsing import Browser

LADDER = "Who has a ladder?"


@dataclass
class Bench:
    """A hub. Ann wrote, hosts and sells; Ben reads; Hal may act, Viv may look, Maud is its connector."""

    app: HubFlask
    hub_id: int
    ann: MemberView
    ben: MemberView
    hal: MemberView
    viv: MemberView
    maud: MemberView
    things: dict[str, UUID]

    def as_(self, person: MemberView | None) -> Browser:
        return Browser(self.app, self.hub_id, person.account_id if person else None)

    def inside(self, act: Callable[[], Any]) -> Any:
        """In the hub, in a transaction of its own."""
        with self.app.app_context(), hub_scope(self.hub_id), unit_of_work():
            found = act()
            db.session.flush()
            return found

    def central(self, act: Callable[[], Any]) -> Any:
        with self.app.app_context(), platform_scope(reason="test"), unit_of_work():
            return act()

    def report(self, kind: str = "post", by: MemberView | None = None, **values: Any) -> UUID:
        """Report a thing; answers the case."""
        asked = {"reason": "unkind", "words": "Not nice.", "now": NOW, **values}
        reporter = (by or self.ben).account_id
        row = self.inside(
            lambda: services.report(reporter_id=reporter, kind=kind, thing_id=self.things[kind], **asked).case_id
        )
        return UUID(str(row))

    def another(self, kind: str) -> UUID:
        """One more thing of this kind, of somebody new, and reported by somebody new; answers the case."""
        with self.app.app_context():
            author, reporter = make_member(self.hub_id), make_member(self.hub_id)
        make: dict[str, Callable[[], UUID]] = {
            "post": lambda: say(author.account_id, "Another ladder").id,
            "comment": lambda: answer(self.things["post"], author.account_id, "Not mine.").id,
            "gathering": lambda: make_gathering(host_account_id=author.account_id).id,
            "listing": lambda: make_listing(seller_account_id=author.account_id).id,
            "profile": lambda: author.id,
        }
        self.things[kind] = self.inside(make[kind])
        return self.report(kind, by=reporter)

    def decide(self, case_id: UUID, *acts: str, **values: Any) -> UUID:
        """Decide; answers the last action."""
        asked = {"words": "Please stay kind.", "days": 7, "seen": 0, "actor": self.actor, "now": NOW, **values}
        return UUID(str(self.inside(lambda: services.decide(case_id=case_id, acts=acts, **asked)[-1].id)))

    def undo(self, action_id: UUID, **values: Any) -> None:
        asked = {"words": "We were wrong.", "actor": self.actor, "now": NOW, **values}
        self.inside(lambda: services.undo(action_id=action_id, **asked) and None)

    def appeal(self, action_id: UUID, by: MemberView | None = None) -> UUID:
        person = by or self.ann
        values = {"account_id": person.account_id, "name": person.display_name, "words": "It was a joke.", "now": NOW}
        return UUID(str(self.inside(lambda: services.appeal(action_id=action_id, **values).id)))

    def case(self, case_id: UUID) -> ModerationCase:
        return self.inside(lambda: queries.case(case_id))  # type: ignore[no-any-return]

    def action(self, action_id: UUID) -> ModerationAction:
        return self.inside(lambda: queries.done(action_id).action)  # type: ignore[no-any-return]

    @property
    def actor(self) -> Actor:
        return Actor(self.hal.account_id, "Hal")


def make_bench(app: HubFlask, hub_id: int | None = None) -> Bench:
    """Make it, in transactions of its own; in a new hub, unless one is given."""
    with app.app_context():
        hub_id = hub_id or make_hub("lyon")
        ann, ben = make_member(hub_id, "Ann"), make_member(hub_id, "Ben")
        hal = make_member(hub_id, "Hal", role="helper", permissions=("moderation.act",))
        viv = make_member(hub_id, "Viv", role="helper", permissions=("moderation.view",))
        maud = make_connector(hub_id, "Maud")
        with hub_scope(hub_id), unit_of_work():
            post = say(ann.account_id, LADDER, title="A ladder")
            things = {
                "post": post.id,
                "comment": answer(post.id, ann.account_id, "Mine is short.").id,
                "gathering": make_gathering(host_account_id=ann.account_id).id,
                "listing": make_listing(seller_account_id=ann.account_id, title="Walnut oil").id,
                "profile": ann.id,
            }
    return Bench(app, hub_id, ann, ben, hal, viv, maud, things)


def make_vacant(slug: str = "quiet") -> UUID:
    """A case in a hub that nobody looks after (needs an application context)."""
    hub_id = make_hub(slug)
    author, reporter = make_member(hub_id, "Ann"), make_member(hub_id, "Ben")
    with hub_scope(hub_id), unit_of_work():
        thing = {"kind": "post", "thing_id": say(author.account_id, LADDER).id}
        said = {"reason": "other", "words": "Not nice.", "now": NOW}
        return services.report(reporter_id=reporter.account_id, **thing, **said).case_id
