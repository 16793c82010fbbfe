"""A hub with something of everything to be found, and what somebody finds in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any
from uuid import UUID

from hubapp.community.gatherings.policies.recurrence import When
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.membership.queries import MemberView
from hubapp.people.profiles import services as profiles
from hubapp.people.profiles.policies import ProfileText
from hubapp.tenancy import pages
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.gatherings import make_gathering
from tests.factories.hubs import NOW, make_hub
from tests.factories.market import make_listing
from tests.factories.members import make_connector, make_member
from tests.factories.talk import answer, say
from tests.support.browsing import Browser

_SECTION = re.compile(r'<section aria-labelledby="in-(\w+)">(.*?)</section>', re.DOTALL)
_HIT = re.compile(r'<li class="hit">.*?<h3><a href="([^"]+)"><bdi>(.*?)</bdi>', re.DOTALL)


@dataclass
class Shelf:
    """Ann wrote, sells and tells; Ben reads; Maud is the connector. Everything has the word `quince` in it."""

    app: HubFlask
    hub_id: int
    ann: MemberView
    ben: MemberView
    maud: MemberView
    things: dict[str, UUID]

    def inside(self, act: Any) -> Any:
        """Do something in the hub, in a transaction of its own."""
        with self.app.app_context(), hub_scope(self.hub_id), unit_of_work():
            found = act()
            db.session.flush()
            return found

    def as_(self, person: MemberView | None) -> Browser:
        return Browser(self.app, self.hub_id, person.account_id if person else None)

    def found(self, person: MemberView | None, typed: str = "quince", **args: str) -> dict[str, list[str]]:
        """Area → the titles that this person finds, without their marks."""
        answer = self.as_(person).get("/search", query_string={"q": typed, **args})
        assert answer.status_code == 200, answer.text
        return titles_of(answer.text)


def titles_of(page: str) -> dict[str, list[str]]:
    """Area → titles on a page of results."""
    return {
        area: [re.sub(r"</?mark>", "", title) for _href, title in _HIT.findall(section)]
        for area, section in _SECTION.findall(page)
    }


def tell(person: MemberView, tag: str, *, audience: str = "members", is_listed: bool = True) -> None:
    """Somebody offers something (in a hub's scope)."""
    text = ProfileText(tags={"offers": (tag,)}, audiences={"offers": audience})
    profiles.edit_profile(
        account_id=person.account_id,
        name=person.display_name,
        handle=person.handle,
        about="",
        is_listed=is_listed,
        profile=text,
    )


def soon(days: int = 3) -> When:
    """In some days from now: pages read the clock."""
    return When((clock.now() + timedelta(days=days)).date(), time(10), 120)


def make_shelf(app: HubFlask, slug: str = "lyon", **hub: Any) -> Shelf:
    """Make it, in transactions of its own."""
    with app.app_context():
        hub_id = make_hub(slug, **hub)
        ann, ben = make_member(hub_id, "Ann"), make_member(hub_id, "Ben")
        maud = make_connector(hub_id, "Maud")
        with hub_scope(hub_id), unit_of_work():
            post = say(ann.account_id, "Who wants some?", title="Quince harvest")
            comment = answer(post.id, ben.account_id, "I make jelly of quince.")
            gathering = make_gathering(
                when=soon(), now=clock.now(), title="Cooking quinces", host_account_id=ann.account_id
            )
            listing = make_listing(title="Quince jelly", seller_account_id=ann.account_id)
            tell(ann, "quince trees")
            pages.save_page(slug="garden", locale="en", title="Our quince garden", body="Come.", actor=SYSTEM, now=NOW)
            things = {"post": post.id, "comment": comment.id, "gathering": gathering.id, "listing": listing.id}
    return Shelf(app, hub_id, ann, ben, maud, things)


EVERYTHING = {
    "conversations": ["Quince harvest", "Quince harvest"],
    "gatherings": ["Cooking quinces"],
    "market": ["Quince jelly"],
    "members": ["Ann"],
    "pages": ["Our quince garden"],
}
