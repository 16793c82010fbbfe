"""Forms of membership."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from hubapp.people.membership import policies
from hubapp.web.forms import Form, ManyField

# What each permission lets one do, in the words of the page that grants it.
PERMISSIONS = {
    "hub.manage": _l("Open the managing pages"),
    "members.view": _l("See all members"),
    "members.manage": _l("Suspend and readmit members"),
    "roles.grant": _l("Choose helpers"),
    "invites.manage": _l("Make and withdraw invite links"),
    "brand.edit": _l("Change name, colours and logo"),
    "pages.edit": _l("Write pages"),
    "listings.manage": _l("Withdraw listings"),
    "orders.manage": _l("See and cancel orders"),
    "turnover.view": _l("See turnover and shares"),
    "payouts.request": _l("Ask for a payout of the hub's share"),
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
