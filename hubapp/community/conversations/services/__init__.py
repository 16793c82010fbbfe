"""What people do in conversations."""

from hubapp.community.conversations.services.comments import delete_comment, edit_comment, write_comment
from hubapp.community.conversations.services.drafts import adopt_drafts, drop_draft, save_draft, sweep_drafts
from hubapp.community.conversations.services.hiding import hide, unhide
from hubapp.community.conversations.services.holding import choose_first_held, hold_again, refuse, release
from hubapp.community.conversations.services.marks import react, unreact, vote
from hubapp.community.conversations.services.pictures import key_of, tell_pictures
from hubapp.community.conversations.services.posts import delete_post, edit_post, pin, unpin, write_post
from hubapp.community.conversations.services.topics import add_topic, edit_topic, move_topic

__all__ = [
    "add_topic",
    "adopt_drafts",
    "choose_first_held",
    "delete_comment",
    "delete_post",
    "drop_draft",
    "edit_comment",
    "edit_post",
    "edit_topic",
    "hide",
    "hold_again",
    "key_of",
    "move_topic",
    "pin",
    "react",
    "refuse",
    "release",
    "save_draft",
    "sweep_drafts",
    "tell_pictures",
    "unhide",
    "unpin",
    "unreact",
    "vote",
    "write_comment",
    "write_post",
]
