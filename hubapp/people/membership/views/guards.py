"""Who is asking, as a member of the current hub."""

from __future__ import annotations

from flask import abort, g
from flask_login import current_user

from hubapp.people.membership import queries
from hubapp.people.membership.queries import MemberView
from hubapp.tenancy.audit import Actor


def me() -> MemberView | None:
    """The visitor's active membership here; asked once per request."""
    if not current_user.is_authenticated:
        return None
    if "membership" not in g:
        g.membership = queries.member(current_user.account_id)
    found: MemberView | None = g.membership
    return found if found is not None and found.is_active else None


def known(member: MemberView | None) -> MemberView | None:
    """What a page learned of the visitor's membership along with other things, so that nobody asks again."""
    g.membership = member
    return me()


def is_signed_in() -> bool:
    """Whether the person asking has an account, here or elsewhere."""
    return bool(current_user.is_authenticated)


def member_or_403() -> MemberView:
    """The membership, or 403 for an account that is no member here."""
    found = me()
    if found is None:
        abort(403)
    return found


def actor() -> Actor:
    """The person asking, for the audit log."""
    found = me()
    return Actor(current_user.account_id, found.display_name if found else current_user.name)


def may(permission: str) -> bool:
    """Whether the person asking may do this here; what `@requires` calls. Always asks the database."""
    return queries.has(current_user.account_id, permission)


def is_member() -> bool:
    """Whether the person asking belongs to this hub."""
    return me() is not None


def has_a_role() -> bool:
    """Whether the person asking helps to run this hub."""
    found = me()
    return found is not None and found.may("hub.manage")
