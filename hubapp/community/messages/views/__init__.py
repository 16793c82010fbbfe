"""Pages of messages: one's threads, one of them, and beginning one."""

from hubapp.community.messages.views import inbox, thread, writing
from hubapp.community.messages.views.blueprint import pages

__all__ = ["inbox", "thread", "writing"]
blueprints = (pages,)
