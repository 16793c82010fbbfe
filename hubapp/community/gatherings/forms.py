"""What those who plan gatherings and those who register type: read into plain values, with errors at their fields."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms import Form as PlainForm
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from hubapp.community.gatherings.models import Format, Frequency, Gathering
from hubapp.community.gatherings.policies import details as rules
from hubapp.community.gatherings.policies.details import Details, Question, asked_from
from hubapp.community.gatherings.policies.recurrence import When, when_of
from hubapp.community.gatherings.services import Repeat
from hubapp.kernel.money import Money
from hubapp.market.catalogue.forms import HubMoneyField, not_negative, not_too_large, tax_label
from hubapp.web import areas
from hubapp.web.forms import ChoiceField, Form

NEVER, ONE, FOLLOWING = "no", "one", "following"
HOST, HUB = "host", "hub"
NO_REFUND = "never"
_KEY = re.compile(r"[a-z][a-z0-9]{0,9}")
_SHORT = [Length(max=rules.LONGEST_LINE, message=_l("At most %(max)d characters."))]


class QuestionForm(PlainForm):
    """One question; without words there is none. Its key goes along, so that it keeps the answers given to it."""

    key = HiddenField()
    label = StringField(_l("Question"), _SHORT)
    kind = ChoiceField(
        _l("Answer"),
        choices=[
            (rules.TEXT, _l("A line of text")),
            (rules.CHOICE, _l("One of a list")),
            (rules.YES_NO, _l("Yes or no")),
        ],
        default=rules.TEXT,
    )
    is_required = BooleanField(_l("Has to be answered"))
    choices = TextAreaField(_l("The list, one per line"), [Length(max=2_000)])

    def question(self) -> Question:
        """As a plain value."""
        lines = [line.strip()[:100] for line in (self.choices.data or "").splitlines() if line.strip()]
        choices = tuple(dict.fromkeys(lines))[: rules.MOST_CHOICES] if self.kind.data == rules.CHOICE else ()
        label = (self.label.data or "").strip()
        key = self.key.data or ""
        return Question(
            key if _KEY.fullmatch(key) else "", label, self.kind.data or rules.TEXT, self.is_required.data, choices
        )


class GatheringForm(Form):
    """A gathering as those who plan it describe it; times as the hub's clocks show them."""

    title = StringField(
        _l("Title"), [DataRequired(_l("Give it a title.")), Length(max=rules.LONGEST_TITLE, message=_SHORT[0].message)]
    )
    body_md = TextAreaField(
        _l("What happens there"),
        [Length(max=rules.LONGEST_BODY)],
        description=_l("Markdown works: **bold**, lists, links."),
    )
    day = DateField(_l("Day"), [InputRequired(_l("Choose a day."))])
    starts = TimeField(_l("Begins"), [InputRequired(_l("Choose a time."))])
    ends = TimeField(_l("Ends"), [InputRequired(_l("Choose a time."))])
    ends_day = DateField(
        _l("Last day"), [Optional()], description=_l("Only where it ends on another day than it began.")
    )
    format = ChoiceField(
        _l("Where?"),
        choices=[(Format.PLACE, ""), (Format.ONLINE, ""), (Format.BOTH, "")],
        default=Format.PLACE,
    )
    place_name = StringField(_l("Place"), _SHORT)
    address = StringField(_l("Address"), _SHORT)
    how_to_find = StringField(
        _l("How to find it"), _SHORT, description=_l("The blue door, second courtyard, ring twice.")
    )
    online_url = StringField(
        _l("Address of the online room"), _SHORT, description=_l("Only those who are registered see it.")
    )
    host = StringField(_l("Host"), [Length(max=40)], description=_l("The handle of a member."))
    capacity = IntegerField(
        _l("Seats"),
        [Optional(), NumberRange(1, rules.LARGEST_CAPACITY)],
        description=_l("Leave it empty if there is no limit. Who finds no seat waits, and moves up by themselves."),
    )
    most_seats = IntegerField(
        _l("Seats per person"), [InputRequired(_l("Choose a number.")), NumberRange(1, rules.MOST_SEATS)], default=1
    )
    closes = ChoiceField(
        _l("Registration ends"),
        choices=[
            ("0", _l("when it begins")),
            ("60", _l("an hour before")),
            ("1440", _l("a day before")),
            ("2880", _l("two days before")),
            ("10080", _l("a week before")),
        ],
        default="0",
    )
    price = HubMoneyField(
        _l("Price of a seat"),
        [Optional(), not_negative, not_too_large],
        description=_l("Tax included. Leave it empty if it is free."),
    )
    tax_category = ChoiceField(_l("Tax rate"), default="standard")
    refund = ChoiceField(
        _l("Who gives a seat back is paid back"),
        choices=[
            ("0", _l("until it begins")),
            ("24", _l("until a day before")),
            ("72", _l("until three days before")),
            ("168", _l("until a week before")),
            (NO_REFUND, _l("not at all")),
        ],
        default="24",
    )
    seller = ChoiceField(
        _l("Who sells the seats?"), choices=[(HOST, _l("The host")), (HUB, _l("The hub"))], default=HOST
    )
    repeat = ChoiceField(
        _l("Repeats"),
        choices=[
            (NEVER, _l("It does not repeat")),
            (Frequency.WEEKLY, _l("By the week")),
            (Frequency.MONTHLY_DAY, _l("By the month, on the same day")),
            (Frequency.MONTHLY_WEEKDAY, _l("By the month, on the same weekday")),
        ],
        default=NEVER,
    )
    every = IntegerField(
        _l("Every … weeks or months"), [Optional(), NumberRange(1, 52)], default=1, description=_l("1: each of them.")
    )
    until = DateField(_l("Until"), [Optional()])
    count = IntegerField(_l("How many times"), [Optional(), NumberRange(1, 500)])
    scope = ChoiceField(
        _l("What is changed?"),
        choices=[(ONE, _l("This date only")), (FOLLOWING, _l("This date and all that follow"))],
        default=ONE,
    )
    questions = FieldList(FormField(QuestionForm), min_entries=rules.MOST_QUESTIONS, max_entries=rules.MOST_QUESTIONS)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        rates = areas.current_hub().tax_rates or {"standard": 0}
        self.tax_category.choices = [(name, tax_label(name, rate)) for name, rate in rates.items()]
        if not self.tax_category.raw_data and self.tax_category.data not in rates:
            self.tax_category.data = next(iter(rates))

    def validate_ends(self, field: TimeField) -> None:
        """Later than it began."""
        if self.day.data and self.starts.data and field.data and self.when().minutes <= 0:
            raise ValidationError(_("It has to end after it began, within two weeks."))

    def show(self, found: Gathering, *, host: str) -> None:
        """Fill the form from a gathering."""
        for name in ("title", "body_md", "format", "place_name", "address", "how_to_find", "online_url"):
            getattr(self, name).data = getattr(found, name)
        when = when_of(found.starts_at, found.ends_at, areas.current_hub().zone)
        end = datetime.combine(when.day, when.at) + timedelta(minutes=when.minutes)
        self.day.data, self.starts.data, self.ends.data = when.day, when.at, end.time()
        self.ends_day.data = None if end.date() == when.day else end.date()
        self.capacity.data, self.most_seats.data = found.capacity, found.most_seats
        self.closes.data, self.host.data = str(found.closes_minutes), host
        hub = areas.current_hub()
        self.price.data = None if found.price is None else Money(found.price, hub.currency)
        if found.tax_category in hub.tax_rates:
            self.tax_category.data = found.tax_category
        self.refund.data = NO_REFUND if found.refund_hours is None else str(found.refund_hours)
        self.seller.data = HOST if found.is_sold_by_host or found.price is None else HUB
        for row, question in zip(self.questions, asked_from(found.questions), strict=False):
            asked = row.form
            asked.key.data, asked.label.data, asked.kind.data, asked.is_required.data = (
                question.key,
                question.label,
                question.kind,
                question.is_required,
            )
            asked.choices.data = "\n".join(question.choices)

    def when(self) -> When:
        """Its time; `minutes` is not above zero where it ends before it begins."""
        begin = datetime.combine(self.day.data, self.starts.data)
        end = datetime.combine(self.ends_day.data or self.day.data, self.ends.data)
        return When(self.day.data, self.starts.data, int((end - begin).total_seconds() // 60))

    def repeats(self) -> Repeat | None:
        """How it repeats, if it does."""
        if self.repeat.data == NEVER:
            return None
        return Repeat(Frequency(str(self.repeat.data)), self.every.data or 1, self.until.data, self.count.data)

    def details(self, host_account_id: UUID | None) -> Details:
        """All but its time."""
        price = self.price.data.amount if self.price.data else None
        asked = (row.form.question() for row in self.questions)
        return Details(
            title=(self.title.data or "").strip(),
            body_md=(self.body_md.data or "").strip(),
            format=str(self.format.data),
            place_name=(self.place_name.data or "").strip(),
            address=(self.address.data or "").strip(),
            how_to_find=(self.how_to_find.data or "").strip(),
            online_url=(self.online_url.data or "").strip(),
            host_account_id=host_account_id,
            capacity=self.capacity.data,
            most_seats=self.most_seats.data or 1,
            closes_minutes=int(self.closes.data or 0),
            price=price or None,
            tax_category=str(self.tax_category.data),
            refund_hours=None if self.refund.data == NO_REFUND else int(self.refund.data or 0),
            is_sold_by_host=bool(price) and self.seller.data == HOST,
            questions=tuple(question for question in asked if question.label),
        )

    def host_handle(self) -> str:
        """As typed, without an @."""
        return (self.host.data or "").strip().removeprefix("@").lower()


class CancelForm(Form):
    """Why it does not take place, and how much of a series that is."""

    reason = StringField(
        _l("Reason"), [Length(max=500)], description=_l("Everybody who is registered gets it by mail.")
    )
    scope = ChoiceField(
        _l("What is canceled?"),
        choices=[(ONE, _l("This date only")), (FOLLOWING, _l("This date and all that follow"))],
        default=ONE,
    )


class PictureForm(Form):
    """A picture instead of drawn art."""

    picture = FileField(_l("Picture"), [InputRequired(_l("Choose a picture."))])
    alt = StringField(_l("What it shows"), [Length(max=200)])


class RegisterForm(Form):
    """How many seats; answers are read by the keys of the questions."""

    seats = IntegerField(_l("How many seats?"), [InputRequired(_l("Choose a number."))], default=1)
    shown = HiddenField()
    # Which questions the page asked: those of another moment may have other words under the same keys.
    asked = HiddenField()

    def shown_price(self) -> int:
        """The price of a seat that the page showed, in minor units; what is no number is no price."""
        return price_shown(str(self.shown.data or ""))


class PayForm(Form):
    """The price of a seat that the page showed."""

    shown = HiddenField()

    def shown_price(self) -> int:
        """In minor units; what is no number is no price."""
        return price_shown(str(self.shown.data or ""))


def price_shown(text: str) -> int:
    """A price that went through a page; 0 for nonsense."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else 0  # noqa: PLR2004


class CodeForm(Form):
    """The code of a ticket, typed or scanned."""

    code = StringField(_l("Code of the ticket"), [DataRequired(_l("Type or scan a code.")), Length(max=200)])
