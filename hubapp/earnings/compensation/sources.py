"""A version's text as a plan: TOML, read strictly, with the zone that its days are counted in."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hubapp.earnings.compensation.plans import product
from hubapp.earnings.compensation.plans.errors import BadInput
from hubapp.earnings.compensation.plans.lint import report
from hubapp.earnings.compensation.plans.lint.report import Report
from hubapp.earnings.compensation.plans.reading import shown
from hubapp.earnings.compensation.plans.schema import Plan

FILE = "plan.toml"
MOST = 64 * 1024  # characters; the default plan has 3,000
DOTS = 500  # in a line; tables of a plan have one


@lru_cache(maxsize=32)
def read(source: str, *, file: str = FILE) -> Plan:
    """The plan. Refuses with BadInput, which names file, key and reason; errors of TOML name the line."""
    if len(source) > MOST:
        raise BadInput(f"is longer than {MOST} characters", file=file)
    plan = product.read(_toml(source, file), file=file)
    zone = plan.period.timezone if plan.period else "UTC"
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, OSError):  # a folder of zones is no zone, nor is a name longer than any file's
        raise BadInput(f"is no time zone: {shown(zone)}", key="period.timezone", file=file) from None
    return plan


def _toml(source: str, file: str) -> dict[str, Any]:
    if any(line.count(".") > DOTS for line in source.splitlines()):
        # A key of so many parts takes memory by the square of their number before anybody can refuse it.
        raise BadInput(f"cannot be read as TOML: a line has more than {DOTS} dots", file=file)
    try:
        return tomllib.loads(source.replace("\r\n", "\n"))
    except RecursionError:
        raise BadInput("cannot be read as TOML: too many brackets within each other", file=file) from None
    except ValueError as error:  # a number with thousands of digits is no error of TOML
        words = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "a number has too many digits"
        raise BadInput(f"cannot be read as TOML: {words}", file=file) from error


def digest(source: str) -> str:
    """sha256 of the text as it is kept."""
    return sha256(source.encode()).hexdigest()


@lru_cache(maxsize=32)
def linted(source: str) -> Report:
    """Everything that is to be said about the plan; the same text is not searched twice. Refuses like `read`."""
    return report.lint(read(source))
