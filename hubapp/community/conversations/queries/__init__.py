"""Reading conversations: the feed, one of them, what hangs on them, topics, drafts."""

from hubapp.community.conversations.queries.comments import (
    Thread,
    comment,
    count_newer_comments,
    newer_comments,
    thread,
    thread_end,
)
from hubapp.community.conversations.queries.drafts import draft
from hubapp.community.conversations.queries.marks import (
    Named,
    Reacted,
    Subject,
    mentions,
    picture,
    pictures,
    reacted_by,
    reactions,
    revisions,
)
from hubapp.community.conversations.queries.polls import PollView, poll_of, polls
from hubapp.community.conversations.queries.posts import (
    NOTHING_SEEN,
    Page,
    count_newer,
    count_since,
    feed,
    has_written,
    hidden_comments,
    hidden_posts,
    newer,
    newest,
    pinned,
    post,
)
from hubapp.community.conversations.queries.topics import topic, topics

__all__ = [
    "NOTHING_SEEN",
    "Named",
    "Page",
    "PollView",
    "Reacted",
    "Subject",
    "Thread",
    "comment",
    "count_newer",
    "count_newer_comments",
    "count_since",
    "draft",
    "feed",
    "has_written",
    "hidden_comments",
    "hidden_posts",
    "mentions",
    "newer",
    "newer_comments",
    "newest",
    "picture",
    "pictures",
    "pinned",
    "poll_of",
    "polls",
    "post",
    "reacted_by",
    "reactions",
    "revisions",
    "thread",
    "thread_end",
    "topic",
    "topics",
]
