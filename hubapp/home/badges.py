"""The small numbers in the bar at the top, asked in one query because every page shows them.

Along with them, whether the reader is new here: few are, and the front page need not ask everybody for a plan.
"""

from __future__ import annotations

from flask_login import current_user
from sqlalchemy import DateTime, Uuid, bindparam, select

from hubapp.community.mentoring import queries as mentoring
from hubapp.community.mentoring.policies import LAPSES
from hubapp.community.messages import queries as messages
from hubapp.kernel import clock
from hubapp.kernel.db import db, standing
from hubapp.market.orders import basket_queries
from hubapp.people.notifications import queries as notifications
from hubapp.web import areas, request_scope

# Every page asks: made once.
_READER = bindparam("reader", type_=Uuid())
_COUNTS = standing(
    select(
        basket_queries.basket_pieces(_READER).scalar_subquery(),
        notifications.unread(_READER),
        messages.unread(),
        mentoring.has_plan(_READER, bindparam("since", type_=DateTime(timezone=True))),
    )
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


def is_new() -> bool:
    """Whether the reader has an open plan of first steps in this hub."""
    return _counts()[3]


def _counts() -> tuple[int, int, int, bool]:
    return request_scope.once("badges", _read)


def _read() -> tuple[int, int, int, bool]:
    if not areas.in_hub():
        return 0, notifications.count_unread(current_user.account_id), 0, False
    row = db.session.execute(_COUNTS, {"reader": current_user.account_id, "since": clock.now() - LAPSES}).one()
    return int(row[0] or 0), int(row[1]), int(row[2]), bool(row[3])
