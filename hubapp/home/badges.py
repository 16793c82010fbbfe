"""The small numbers in the bar at the top, asked in one query because every page shows them."""

from __future__ import annotations

from flask import g
from flask_login import current_user
from sqlalchemy import Uuid, bindparam, select

from hubapp.community.messages import queries as messages
from hubapp.kernel.db import db, standing
from hubapp.market.orders import basket_queries
from hubapp.people.notifications import queries as notifications
from hubapp.web import areas

# Every page asks: made once.
_READER = bindparam("reader", type_=Uuid())
_COUNTS = standing(
    select(basket_queries.basket_pieces(_READER).scalar_subquery(), notifications.unread(_READER), messages.unread())
)


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
        if areas.in_hub():
            row = db.session.execute(_COUNTS, {"reader": current_user.account_id}).one()
            g.badges = (int(row[0] or 0), int(row[1]), int(row[2]))
        else:
            g.badges = (0, notifications.count_unread(current_user.account_id), 0)
    found: tuple[int, int, int] = g.badges
    return found
