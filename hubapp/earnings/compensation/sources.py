"""A version's text as a plan: TOML, read strictly, with the zone that its days are counted in."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from hashlib import sha256
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hubapp.earnings.compensation.plans import product
from hubapp.earnings.compensation.plans.errors import BadInput
from hubapp.earnings.compensation.plans.lint import report
from hubapp.earnings.compensation.plans.lint.report import Report
from hubapp.earnings.compensation.plans.schema import Plan

FILE = "plan.toml"
MOST = 64 * 1024  # characters; the default plan has 3,000


@lru_cache(maxsize=32)
def read(source: str, *, file: str = FILE) -> Plan:
    """The plan. Refuses with BadInput, which names file, key and reason; errors of TOML name the line."""
    if len(source) > MOST:
        raise BadInput(f"is longer than {MOST} characters", file=file)
    try:
        plan = product.read(tomllib.loads(source.replace("\r\n", "\n")), file=file)
        ZoneInfo(plan.period.timezone if plan.period else "UTC")
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"cannot be read as TOML: {error}", file=file) from error
    except ZoneInfoNotFoundError as error:
        raise BadInput(f"is no time zone: {error}", key="period.timezone", file=file) from error
    return plan


def digest(source: str) -> str:
    """sha256 of the text as it is kept."""
    return sha256(source.encode()).hexdigest()


@lru_cache(maxsize=32)
def linted(source: str) -> Report:
    """Everything that is to be said about the plan; the same text is not searched twice. Refuses like `read`."""
    return report.lint(read(source))
