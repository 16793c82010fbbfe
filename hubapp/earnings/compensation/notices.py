"""Notices about the pay plan: a version announced ahead, a period closed. Money, which always arrives; no amounts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from hubapp.people.notifications.kinds import NOW, Kind, declare

FOLDER = "earnings/compensation"
ANNOUNCED = declare(
    Kind(
        "plan_announced",
        "money",
        _l("A version of the pay plan was announced"),
        FOLDER,
        mail=NOW,
        always=True,
        example={"from": "2027-02-01", "currency": "EUR"},
    )
)
CLOSED = declare(
    Kind(
        "plan_period_closed",
        "money",
        _l("A period of the pay plan was closed"),
        FOLDER,
        always=True,
        example={"period": "2027-01"},
    )
)
