"""What people say in moderation: why they report, what is decided, why they appeal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from hubapp.community.moderation import policies
from hubapp.web.forms import ChoiceField, Form

TOO_LONG = _l("This text is too long: %(max)d characters are allowed.")
SAY_WHY = _l("Say why: the person concerned reads it.")
REASONS = {
    "spam": _l("Advertising or fraud"),
    "unkind": _l("Unkind or harassing"),
    "hate": _l("Hate against people for what they are"),
    "false": _l("False or misleading"),
    "unsafe": _l("Dangerous to people"),
    "private": _l("Shows somebody's private matters"),
    "illegal": _l("Forbidden by law"),
    "other": _l("Something else"),
}
DAYS = {
    1: _l("for a day"),
    3: _l("for three days"),
    7: _l("for a week"),
    14: _l("for two weeks"),
    30: _l("for 30 days"),
    0: _l("for good"),
}
# What can be done, as one reads it where one chooses; (title, what it means).
ACTS = {
    "leave": (_l("Leave it"), _l("Nothing is wrong with it. Those who reported it are told so.")),
    "approve": (_l("Publish it"), _l("Everybody sees it from now on.")),
    "refuse": (_l("Do not publish it"), _l("It stays out of sight; its author reads why.")),
    "hide": (_l("Hide it"), _l("Nobody else sees it any more; its author sees it, and reads why.")),
    "warn": (_l("Warn"), _l("Only your words, to the person.")),
    "suspend": (_l("Suspend"), _l("They read, but do not write, sell or register, and nothing of theirs is for sale.")),
}


class ReportForm(Form):
    """Why somebody reports a thing."""

    reason = ChoiceField(
        _l("What is wrong with it?"), [InputRequired(_l("Choose one of the list."))], choices=REASONS.items()
    )
    words = TextAreaField(_l("In your words"), [Optional(), Length(max=policies.LONGEST_WORDS, message=TOO_LONG)])


class DecisionForm(Form):
    """What is done about a case."""

    act = ChoiceField(_l("What do you want to do?"), [InputRequired(_l("Choose what can be done here."))])
    days = ChoiceField(
        _l("For how long, if suspended"),
        [Optional()],
        choices=[(str(days), text) for days, text in DAYS.items()],
        default="7",
    )
    is_hidden_too = BooleanField(_l("Hide it as well"))
    words = TextAreaField(_l("Your words"), [Optional(), Length(max=policies.LONGEST_WORDS, message=TOO_LONG)])
    seen = HiddenField()
    possible: tuple[str, ...] = ()

    def offer(self, possible: Sequence[str]) -> None:
        """What can be done here."""
        self.act.choices = [(act, ACTS[act][0]) for act in possible]
        self.possible = tuple(possible)

    def seen_count(self) -> int:
        """How many decisions the form showed; -1 for nonsense, which never fits."""
        text = str(self.seen.data or "")
        return int(text) if text.isdecimal() and len(text) < 6 else -1  # noqa: PLR2004

    @property
    def hides(self) -> str:
        """What "hide it as well" means here; '' where there is nothing to hide."""
        return next((act for act in (policies.HIDE, policies.REFUSE) if act in self.possible), "")

    def acts(self) -> list[str]:
        """What was chosen."""
        act = str(self.act.data)
        is_too = bool(self.is_hidden_too.data) and act in {policies.WARN, policies.SUSPEND} and self.hides
        return [self.hides, act] if is_too else [act]


class WordsForm(Form):
    """A few words that the person concerned reads; they may be left out."""

    words = TextAreaField(_l("Your words"), [Optional(), Length(max=policies.LONGEST_WORDS, message=TOO_LONG)])


class AppealForm(Form):
    """Why a decision is wrong."""

    words = TextAreaField(
        _l("Why is it wrong?"),
        [InputRequired(_l("Say why.")), Length(max=policies.LONGEST_APPEAL, message=TOO_LONG)],
    )


class VerdictForm(Form):
    """The core's answer to an appeal."""

    verdict = ChoiceField(
        _l("What do you decide?"),
        [InputRequired(_l("Choose one of the list."))],
        choices=[("uphold", _l("The decision stays")), ("undo", _l("The decision is undone"))],
    )
    words = TextAreaField(
        _l("Your words"), [InputRequired(SAY_WHY), Length(max=policies.LONGEST_WORDS, message=TOO_LONG)]
    )


def kind_words() -> dict[str, Any]:
    """Kind of thing → its name."""
    return {
        "post": _l("A conversation"),
        "comment": _l("An answer"),
        "gathering": _l("A gathering"),
        "listing": _l("A listing"),
        "profile": _l("A person"),
    }
