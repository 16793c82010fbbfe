"""Notices about members: somebody new for who looks after the hub, and who came through one's own link."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from hubapp.people.notifications.kinds import Kind, declare

FOLDER = "people/membership"
JOINED = declare(Kind("member_joined", "members", _l("Somebody joined the hub"), FOLDER, needs="members.view"))
BROUGHT = declare(Kind("member_brought", "members", _l("Somebody joined through your link"), FOLDER))
