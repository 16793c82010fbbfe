"""What every template may use: filters for money, dates and numbers, and the page's context."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.numbers import format_currency, format_percent
from flask import Flask, g, has_request_context, request
from flask_babel import format_date, format_datetime, format_decimal, get_locale

from hubapp.kernel import pdf
from hubapp.kernel.money import Money

SCHEMES = ("auto", "light", "dark")


def money(value: Money) -> str:
    """An amount in the reader's locale, e.g. `12,50 €`."""
    locale = get_locale()
    return _money(value.amount, value.currency, "en" if locale is None else str(locale))


@lru_cache(maxsize=4096)
def _money(amount: int, currency: str, locale: str) -> str:
    return str(format_currency(Money(amount, currency).major, currency, locale=locale))


def percent(bps: int) -> str:
    """Basis points as a percentage as the reader's language writes it, e.g. 550 → `5.5%` or `5,5 %`."""
    locale = get_locale()
    return _percent(bps, "en" if locale is None else str(locale))


@lru_cache(maxsize=1024)
def _percent(bps: int, locale: str) -> str:
    """The language's own pattern, with up to two digits after the point, which it leaves out."""
    pattern = Locale.parse(locale).percent_formats[None].pattern.replace("#,##0", "#,##0.##")
    return str(format_percent(Decimal(bps) / 10_000, pattern, locale=locale))


def direction() -> str:
    """`rtl` or `ltr`, from the locale's script."""
    locale = get_locale()
    return "rtl" if locale is not None and locale.text_direction == "rtl" else "ltr"


def scheme() -> str:
    """The colour scheme the visitor chose; `auto` follows the device."""
    chosen = request.cookies.get("scheme", "auto")
    return chosen if chosen in SCHEMES else "auto"


def has_pdf() -> bool:
    """Whether pages may offer themselves as PDF."""
    return pdf.is_available()


def install(app: Flask) -> None:
    """Register filters and the context that needs no domain."""
    app.jinja_env.filters.update(
        money=money,
        percent=percent,
        date=lambda value, fmt="medium": format_date(value, fmt) if isinstance(value, (date, datetime)) else "",
        datetime=lambda value, fmt="medium": format_datetime(value, fmt) if isinstance(value, datetime) else "",
        number=format_decimal,
    )
    app.jinja_env.globals["has_pdf"] = has_pdf

    @app.context_processor
    def basics() -> dict[str, Any]:
        locale = get_locale()
        return {
            "locale": str(locale.language) if locale else "en",
            "dir": direction(),
            "scheme": scheme() if has_request_context() else "auto",
            "hub": g.get("hub"),
        }
