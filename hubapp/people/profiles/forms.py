"""The form of one's profile, read into plain values."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from hubapp.people.membership.forms import ProfileForm
from hubapp.people.profiles import policies
from hubapp.people.profiles.policies import ProfileText
from hubapp.web.forms import ChoiceField

WORDS_OF_AUDIENCES = (
    (policies.EVERYBODY, _l("Everybody, also outside the hub")),
    (policies.MEMBERS, _l("Members of this hub")),
    (policies.CONNECTOR, _l("Only the connectors")),
    (policies.NOBODY, _l("Only me")),
)


def _audience(default: str = policies.MEMBERS) -> ChoiceField:
    return ChoiceField(_l("Who sees it"), [Optional()], choices=WORDS_OF_AUDIENCES, default=default)


class TellForm(ProfileForm):
    """How a member appears here, what they tell, and to whom."""

    portrait = FileField(
        _l("A photo of you"),
        description=_l("JPEG, PNG or WebP, at most 8 MB. Its middle stands in a circle beside your name."),
    )
    portrait_for = _audience(policies.EVERYBODY)
    has_no_portrait = BooleanField(_l("Take the photo away"))
    place = StringField(_l("Where you are"), [Optional(), Length(max=policies.LONGEST_PLACE)])
    links = TextAreaField(_l("Links"), [Optional(), Length(max=1000)])
    offers = StringField(_l("You offer"), [Optional(), Length(max=600)])
    seeks = StringField(_l("You look for"), [Optional(), Length(max=600)])
    knows = StringField(_l("You know about"), [Optional(), Length(max=600)])
    languages = StringField(_l("You speak"), [Optional(), Length(max=600)])
    about_for = _audience()
    place_for = _audience()
    links_for = _audience()
    offers_for = _audience()
    seeks_for = _audience()
    knows_for = _audience()
    languages_for = _audience()
    takes_messages = BooleanField(_l("Members may write to me"))

    def told(self) -> ProfileText:
        """What was typed, once it is valid."""
        return ProfileText(
            place=self.place.data or "",
            links=policies.links_in(self.links.data or ""),
            tags={kind: policies.tags_in(self[kind].data or "") for kind in policies.TAGS},
            audiences={name: self[f"{name}_for"].data or policies.MEMBERS for name in policies.FIELDS},
            takes_messages=bool(self.takes_messages.data),
        )


def shown(about: str, told: ProfileText) -> dict[str, Any]:
    """What was told before, as the form shows it."""
    return {
        "about": about,
        "place": told.place,
        "links": "\n".join(told.links),
        **{kind: ", ".join(told.tags.get(kind, ())) for kind in policies.TAGS},
        **{f"{name}_for": policies.audience_of(told.audiences, name) for name in policies.FIELDS},
        "takes_messages": told.takes_messages,
    }
