"""Notices about welcoming: being asked to, whom to welcome, and who welcomes oneself."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from hubapp.people.notifications.kinds import NOW, Kind, declare

FOLDER = "community/mentoring"
ASKED = declare(Kind("mentor_asked", "members", _l("Somebody asks you to welcome newcomers"), FOLDER, mail=NOW))
NEWCOMER = declare(Kind("mentor_newcomer", "members", _l("A newcomer whom you welcome"), FOLDER, mail=NOW))
GIVEN = declare(Kind("mentor_given", "members", _l("Who welcomes you in a hub"), FOLDER))
