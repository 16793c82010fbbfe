"""Pages of conversations: the feed, one of them, writing, reacting, a feed for readers, and choosing topics."""

from hubapp.community.conversations.views import atom, feed, managing, marks, thread, writing
from hubapp.community.conversations.views.blueprint import pages

blueprints = (pages, managing.pages)

__all__ = ["atom", "blueprints", "feed", "managing", "marks", "pages", "thread", "writing"]
