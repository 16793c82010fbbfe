"""Notices about conversations: answers and being named."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from hubapp.people.notifications.kinds import NOW, Kind, declare

GROUP, FOLDER = "conversations", "community/conversations"
_EXAMPLE = {"title": "Who lends a ladder?", "words": "I have one in the yard."}

ANSWERED = declare(
    Kind("post_answered", GROUP, _l("Somebody answers where you wrote"), FOLDER, push=True, example=_EXAMPLE)
)
NAMED = declare(Kind("member_named", GROUP, _l("Somebody names you"), FOLDER, mail=NOW, example=_EXAMPLE))
