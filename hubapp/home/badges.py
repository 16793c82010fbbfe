"""The small numbers in the bar at the top, asked in one query because every page shows them."""

from __future__ import annotations

from flask import g
from flask_login import current_user
from sqlalchemy import select

from hubapp.community.messages import queries as messages
from hubapp.kernel.db import db
from hubapp.market.orders import basket_queries
from hubapp.people.notifications import queries as notifications
from hubapp.web import areas


def basket_count() -> int:
    """Things in the basket of this hub."""
    return _counts()[0]


def notices_count() -> int:
    """Unread notices of this hub; on the central site, of all."""
    return _counts()[1]


def messages_count() -> int:
    """In how many threads of this hub there is something new."""
    return _counts()[2]


def _counts() -> tuple[int, int, int]:
    if "badges" not in g:
        unread = notifications.unread(current_user.account_id)
        if areas.in_hub():
            pieces = basket_queries.basket_pieces(current_user.account_id)
            threads = messages.unread(current_user.account_id)
            row = db.session.execute(select(pieces.scalar_subquery(), unread, threads)).one()
            g.badges = (int(row[0] or 0), int(row[1]), int(row[2]))
        else:
            g.badges = (0, notifications.count_unread(current_user.account_id), 0)
    found: tuple[int, int, int] = g.badges
    return found
