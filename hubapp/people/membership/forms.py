"""Forms of membership."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from hubapp.people.membership import policies
from hubapp.people.membership.queries import MemberView
from hubapp.web.forms import Form, ManyField

_PERCENT = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,2})?")

# What each permission lets one do, in the words of the page that grants it.
PERMISSIONS = {
    "hub.manage": _l("Open the managing pages"),
    "members.view": _l("See all members"),
    "members.manage": _l("Suspend and readmit members"),
    "roles.grant": _l("Choose helpers"),
    "invites.manage": _l("Make and withdraw invite links"),
    "brand.edit": _l("Change name, colours and logo"),
    "pages.edit": _l("Write pages"),
    "events.manage": _l("Plan gatherings and check people in"),
    "conversations.manage": _l("Choose topics, pin conversations, open them to visitors"),
    "moderation.act": _l("Hide what breaks the house rules"),
    "listings.manage": _l("Withdraw listings"),
    "orders.manage": _l("See and cancel orders"),
    "turnover.view": _l("See turnover and shares"),
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


class SuspendForm(Form):
    """Why a member is kept out."""

    reason = StringField(_l("Reason"), [InputRequired(_l("Say why: the audit log keeps it.")), Length(max=300)])


class HelperForm(Form):
    """What a helper may do."""

    permissions = ManyField(
        _l("May"),
        choices=[(name, PERMISSIONS[name]) for name in policies.PERMISSIONS if name not in policies.CONNECTOR_ONLY],
    )


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
