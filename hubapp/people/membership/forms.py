"""Forms of membership."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from hubapp.people.membership import policies
from hubapp.people.membership.queries import MemberView
from hubapp.web.forms import ChoiceField, Form, ManyField

_PERCENT = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,2})?")

# What each permission lets one do, in the words of the page that grants it.
PERMISSIONS = {
    "hub.manage": _l("Open the managing pages"),
    "members.view": _l("See all members"),
    "mentors.manage": _l("Choose who welcomes newcomers"),
    "roles.grant": _l("Choose helpers"),
    "invites.manage": _l("Make and withdraw invite links"),
    "brand.edit": _l("Change name, colours and logo"),
    "switches.edit": _l("Turn parts of the hub on and off"),
    "pages.edit": _l("Write pages"),
    "events.view": _l("See what is planned, and who comes"),
    "events.manage": _l("Plan gatherings and check people in"),
    "conversations.manage": _l("Choose topics, pin conversations, open them to visitors"),
    "moderation.view": _l("See what was reported"),
    "moderation.act": _l("Hide, warn and suspend where the house rules are broken"),
    "market.view": _l("See all listings, orders, subscriptions and disputes"),
    "listings.manage": _l("Withdraw listings"),
    "orders.manage": _l("Hand over and cancel orders"),
    "turnover.view": _l("See turnover and shares"),
    "refunds.grant": _l("Decide about refunds"),
    "payouts.request": _l("Ask for a payout of the hub's share"),
    "broadcasts.send": _l("Write to all members"),
}


class JoinForm(Form):
    """The name one goes by in this hub."""

    name = StringField(_l("Your name here"), [InputRequired(_l("Enter a name.")), Length(max=policies.LONGEST_NAME)])


class ProfileForm(Form):
    """How a member appears in this hub."""

    name = StringField(_l("Your name here"), [InputRequired(_l("Enter a name.")), Length(max=policies.LONGEST_NAME)])
    handle = StringField(_l("Handle"), [InputRequired(_l("Enter a handle.")), Length(max=31)])
    about = TextAreaField(_l("About you"), [Optional(), Length(max=policies.LONGEST_ABOUT)])
    is_listed = BooleanField(_l("Show me in the list of members"))


class InviteForm(Form):
    """A label for an invite link."""

    label = StringField(
        _l("Where will it be used?"), [InputRequired(_l("Say where.")), Length(max=policies.LONGEST_LABEL)]
    )


# Area → its name and, for view and act, what that means there.
AREAS = {
    "events": (_l("Gatherings"), _l("see what is planned and who comes"), _l("plan them and check people in")),
    "market": (_l("Market"), _l("see listings and orders"), _l("withdraw listings, hand over and cancel orders")),
    "moderation": (_l("Moderation"), _l("see what was reported"), _l("hide, warn, suspend")),
    "money": (_l("Money"), _l("see turnover and reports"), _l("decide about refunds")),
}
LEVELS = ((policies.NONE, _l("Nothing")), (policies.VIEW, _l("Only look")), (policies.ACT, _l("Look and act")))
AS_NOW = (policies.PARTLY, _l("A part of it, as now"))
SINGLE = tuple(
    name for name in policies.PERMISSIONS if name not in policies.CONNECTOR_ONLY and name not in policies.IN_AREAS
)


class RightsForm(Form):
    """What a helper may do: a level for each area, and single rights."""

    events = ChoiceField(AREAS["events"][0], choices=LEVELS, default=policies.NONE)
    market = ChoiceField(AREAS["market"][0], choices=LEVELS, default=policies.NONE)
    moderation = ChoiceField(AREAS["moderation"][0], choices=LEVELS, default=policies.NONE)
    money = ChoiceField(AREAS["money"][0], choices=LEVELS, default=policies.NONE)
    permissions = ManyField(_l("Besides"), choices=[(name, PERMISSIONS[name]) for name in SINGLE])

    def show(self, permissions: Collection[str]) -> None:
        """Offer to leave what no level describes; fill in what they may now, unless something was sent."""
        for area in policies.AREAS:
            level, field = policies.level_of(permissions, area), self[area]
            if level == policies.PARTLY:
                field.choices = [*LEVELS, AS_NOW]
            if not self.is_submitted():
                field.data = level
        if not self.is_submitted():
            self.permissions.data = [name for name in SINGLE if name in permissions]

    def wanted(self, now: Collection[str]) -> list[str]:
        """The permissions that were chosen."""
        levels = {area: str(self[area].data) for area in policies.AREAS}
        return policies.permissions_for(levels, self.permissions.data or (), now=now)


class HandleForm(Form):
    """Who is to help."""

    handle = StringField(_l("Handle"), [InputRequired(_l("Enter a handle.")), Length(max=31)])


class PartsForm(Form):
    """Each connector's part of the hub's share, in percent with up to two decimals."""

    def __init__(self, people: Sequence[MemberView]) -> None:
        super().__init__()
        self.people = people
        self.values = {person.id: self._typed(person) for person in people}
        self.problems: dict[uuid.UUID, str] = {}

    @staticmethod
    def _typed(person: MemberView) -> str:
        return request.form.get(f"part-{person.id}", f"{person.share_bps / 100:g}").strip()

    def validate(self, extra_validators: Any = None) -> bool:
        """As usual; each part is a number from 0 to 100."""
        valid = bool(super().validate(extra_validators))
        for person_id, typed in self.values.items():
            if not _PERCENT.fullmatch(typed) or Decimal(typed.replace(",", ".")) > 100:  # noqa: PLR2004  percent
                self.problems[person_id] = _("Enter a number from 0 to 100, with two decimals at most.")
        return valid and not self.problems

    @property
    def all_errors(self) -> list[tuple[str, str]]:
        """Those of the parts, at their fields, and those of the whole."""
        return super().all_errors + [(f"part-{person_id}", text) for person_id, text in self.problems.items()]

    def parts(self) -> dict[uuid.UUID, int]:
        """Membership → basis points."""
        return {person_id: int(Decimal(typed.replace(",", ".")) * 100) for person_id, typed in self.values.items()}
