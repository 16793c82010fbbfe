"""Conversations of a hub: what its members tell and ask one another.

Terms: a *post* begins a conversation; *comments* answer it, flat, each perhaps in reply to another; a *topic* is one of
the connector's headings; a *pin* is one of three places above the feed; a *ballot* is one member's say in a poll; a
*revision* is a version that was replaced; a *draft* is what somebody wrote and has not published, whoever they are.

What is new arrives by asking. An open page asks after 15 seconds, then ever less often up to once in 4 minutes, never
in a hidden tab; each answer that brings nothing is a 204 without a body, and costs one look at the end of an index
beside the session's own (two statements in all). A thousand open pages at rest are some five requests a second.

Publishes PostWritten, CommentWritten, MemberMentioned, TextHeld. Answers the clock alone.
"""
