"""What people type in conversations, read into plain values, with errors at their fields."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import request
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from hubapp.community.conversations import policies
from hubapp.community.conversations.models import Topic
from hubapp.community.conversations.policies import PollText, PostText, Upload
from hubapp.kernel import pictures
from hubapp.web.forms import ChoiceField, Form

TOO_LONG = _l("This text is too long: %(max)d characters are allowed.")


class VersionedForm(Form):
    """A form that knows which version of a text it was opened with."""

    version = HiddenField()

    def seen_version(self) -> int:
        """That version; 0 for nonsense, which fits none."""
        text = str(self.version.data or "")
        return int(text) if text.isdecimal() and len(text) < 9 else 0  # noqa: PLR2004


class PostForm(VersionedForm):
    """A post, with a poll if a question is asked."""

    title = StringField(_l("Title"), [Optional(), Length(max=policies.LONGEST_TITLE, message=TOO_LONG)])
    body_md = TextAreaField(
        _l("What do you want to tell or ask?"),
        [DataRequired(_l("Write something first.")), Length(max=policies.LONGEST_BODY, message=TOO_LONG)],
        description=_l("Markdown works: **bold**, lists, links. Name somebody with @ and their handle."),
    )
    topic = ChoiceField(_l("Topic"), [Optional()])
    pictures = MultipleFileField(_l("Pictures"), description=_l("Up to four: JPEG, PNG or WebP, at most 8 MB each."))
    alts = TextAreaField(
        _l("What do they show?"),
        [Optional(), Length(max=1000)],
        description=_l("One line for each picture, for people who cannot see it."),
    )
    question = StringField(_l("Question"), [Optional(), Length(max=policies.LONGEST_TITLE, message=TOO_LONG)])
    options = TextAreaField(
        _l("Answers to choose from"), [Optional(), Length(max=2000)], description=_l("One a line, two to eight.")
    )
    is_multiple = BooleanField(_l("Several answers may be chosen"))
    days = SelectField(_l("How long is it open?"), default="7", validate_choice=True)

    def offer(self, topics: Sequence[Topic]) -> None:
        """Fill in what there is to choose from."""
        self.topic.choices = [("", _l("No topic")), *((str(topic.id), topic.name) for topic in topics)]
        self.days.choices = [
            (str(days), ngettext("%(num)d day", "%(num)d days", days) if days else _l("No end"))
            for days in policies.POLL_DAYS
        ]
        if self.topic.data not in {value for value, _label in self.topic.choices}:
            self.topic.data = ""
        if self.days.data not in {str(days) for days in policies.POLL_DAYS}:
            self.days.data = "7"

    def text(self) -> PostText:
        """What was typed, once it is valid."""
        has_poll = bool((self.question.data or "").strip() or (self.options.data or "").strip())
        poll = PollText(
            question=self.question.data or "",
            options=policies.options_in(self.options.data or ""),
            is_multiple=bool(self.is_multiple.data),
            days=int(self.days.data or 0),
        )
        return PostText(
            title=self.title.data or "",
            body_md=self.body_md.data or "",
            topic_id=UUID(self.topic.data) if self.topic.data else None,
            poll=poll if has_poll else None,
        )

    def uploads(self) -> list[Upload]:
        """The pictures that were sent, each with its line of words; one more than allowed is enough to refuse."""
        lines = (self.alts.data or "").splitlines()
        sent = [upload for upload in self.pictures.data or () if upload and upload.filename]
        return [
            Upload(upload.stream.read(pictures.MAX_BYTES + 1), lines[place] if place < len(lines) else "")
            for place, upload in enumerate(sent[: policies.MOST_PICTURES + 1])
        ]

    def told(self) -> dict[UUID, str]:
        """Picture → what it shows, of pictures that are there already."""
        found = {}
        for name, value in request.form.items():
            key = name.removeprefix("alt-")
            if key != name and len(key) == len(str(UUID(int=0))):
                try:
                    found[UUID(key)] = value
                except ValueError:
                    continue
        return found


class CommentForm(VersionedForm):
    """An answer."""

    body_md = TextAreaField(
        _l("Your answer"),
        [DataRequired(_l("Write something first.")), Length(max=policies.LONGEST_COMMENT, message=TOO_LONG)],
    )
    reply_to = HiddenField()


class HoldForm(Form):
    """How many first texts of each member wait to be looked at."""

    first_held = IntegerField(
        _l("So many first posts and answers of each new member"),
        [InputRequired(_l("Enter a number; 0 lets everything through.")), NumberRange(0, policies.MOST_HELD)],
    )


class TopicForm(Form):
    """A topic's name and colour."""

    name = StringField(_l("Name"), [Optional(), Length(max=policies.LONGEST_NAME)])
    tone = ChoiceField(_l("Colour"), [Optional()])
