"""Statements out of computed periods: what each tells of one earner, put together to a file that is not sealed yet."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from hubapp.earnings.compensation import verify_statement
from hubapp.earnings.compensation.plans import digests
from hubapp.earnings.compensation.plans.engine import Result
from hubapp.earnings.compensation.statement import rules
from hubapp.earnings.compensation.statement.body import Data, body_of
from hubapp.earnings.compensation.statement.network import Network


@dataclass(frozen=True, slots=True)
class Earner:
    """Whose statement it is: account id and name, and nothing else of them."""

    account: str
    name: str


@dataclass(frozen=True, slots=True)
class Period:
    """Which period of which currency; `exponent`: digits of the currency's minor unit; days as 2027-01-01."""

    name: str
    currency: str
    exponent: int
    begins: str
    ends: str


@dataclass(frozen=True, slots=True)
class Run:
    """The run that was paid: its id, and the digests of its frozen inputs and of its result."""

    id: str
    inputs: str
    result: str

    @classmethod
    def of(cls, id_: str, result: Result) -> Run:
        """With digests as they are computed here."""
        return cls(id_, digests.of_inputs(result.ground.inputs), result_digest(result))


@dataclass(frozen=True, slots=True)
class PlanText:
    """The plan's TOML as announced; without it (worked cases) there is nothing that a digest could be of."""

    source: str | None = None

    @property
    def digest(self) -> str | None:
        """sha256 of the text."""
        return sha256(self.source.encode()).hexdigest() if self.source is not None else None


@dataclass(frozen=True, slots=True)
class Closed:
    """A computed period: what statements need of it beside the earner. `numbers`: order lines as people know them."""

    network: Network
    period: Period
    run: Run
    text: PlanText = field(default_factory=PlanText)
    numbers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Correction:
    """A period as it was paid and as late refunds leave it, under the plan that held then.

    `booked_with`: the period with whose close the difference was booked.
    """

    was: Closed
    now: Closed
    booked_with: str


def result_digest(result: Result) -> str:
    """sha256 of every amount of a run, sorted."""
    ids, rows = [str(name) for name in result.ground.members.ids], []
    for paid, final in zip(result.paid, result.final, strict=True):
        for name, *amounts in zip(ids, paid.exact, paid.amounts, final, strict=True):
            if any(amounts):
                rows.append(json.dumps((name, paid.component.id, *map(int, amounts))))
        lost = sorted(paid.forfeited.items())
        rows += [json.dumps((ids[member], paid.component.id, "forfeited", int(exact))) for member, exact in lost]
    return sha256("\n".join(sorted(rows)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Told:
    """A computed period as data, for one earner: what stays of it when the network behind it is gone."""

    period: Data
    plan: Data
    body: Data


@dataclass(frozen=True, slots=True)
class Again:
    """A correction as data."""

    was: Told
    now: Told
    booked_with: str

    @property
    def rows(self) -> list[Data]:
        """What is different, component by component."""
        return verify_statement.differences(self.was.body["lines"], self.now.body["lines"])


def told(closed: Closed, account: str, salt: bytes, at: str = "") -> Told:
    """`at`: its place in the file, by `of_earlier` or `of_later`, so that no two have the same pseudonyms.

    Of who is not in the run, that nothing of it is theirs. Raises ImplementationsDisagree.
    """
    run = {"id": closed.run.id, "inputs": closed.run.inputs, "result": closed.run.result}
    body = body_of(closed.network, account, salt + at.encode(), run=run, numbers=closed.numbers)
    return Told(period_of(closed.period), plan_of(closed), body)


def of_earlier(number: int) -> str:
    """The place of a correction of an earlier period."""
    return f" {number}"


def of_later(number: int) -> str:
    """The place of a correction by a later close."""
    return f" later {number}"


def document(
    *,
    closed: Closed,
    earner: Earner,
    salt: bytes,
    corrections: Sequence[Correction] = (),
    later: Sequence[Correction] = (),
    **rest: Any,
) -> Data:
    """The same as `assembled` out of networks that stand in memory together.

    Raises ImplementationsDisagree, and KeyError for somebody who is not in the run, unless something is corrected.
    """
    if not corrections and not later and closed.network.at(earner.account) is None:
        raise KeyError(earner.account)

    def again(one: Correction, at: str) -> Again:
        was, now = (told(side, earner.account, salt, at) for side in (one.was, one.now))
        return Again(was, now, one.booked_with)

    return assembled(
        main=told(closed, earner.account, salt),
        earner=earner,
        corrections=[again(one, of_earlier(at)) for at, one in enumerate(corrections)],
        later=[again(one, of_later(at)) for at, one in enumerate(later)],
        **rest,
    )


def assembled(
    *,
    main: Told,
    earner: Earner,
    issuer: str,
    keys_at: str,
    corrections: Sequence[Again] = (),
    later: Sequence[Again] = (),
    debt_before: int | None = None,
) -> Data:
    """Everything but the seal. `debt_before`: where payouts hold back and recover by the plan's terms, what was owed.

    `corrections` of earlier periods were booked with this one's close, `later` ones of this period with later closes.
    """
    found: Data = {
        "about": {
            "format": verify_statement.FORMAT,
            "version": verify_statement.VERSION,
            "issuer": issuer,
            "keys": keys_at,
        },
        "earner": {"account": earner.account, "name": earner.name},
        "period": main.period,
        "plan": main.plan,
        "corrections": [_correction(one) for one in corrections],
        "later": [_correction(one) for one in later],
        **main.body,
    }
    plan, lines = found["plan"]["rules"], found["lines"]
    found["totals"] = verify_statement.totals_of(plan, lines, found["corrections"], found["later"], debt_before)
    return found


def period_of(period: Period) -> Data:
    """A period as data."""
    return {
        "name": period.name,
        "currency": period.currency,
        "exponent": period.exponent,
        "begins": period.begins,
        "ends": period.ends,
    }


def plan_of(closed: Closed) -> Data:
    """The plan as data, and its own text with its digest, unless the text names people."""
    plan = closed.network.plan
    source = None if rules.names_people(plan) else closed.text.source
    return {
        "id": plan.id,
        "version": plan.version,
        "digest": closed.text.digest,
        "source": source,
        "rules": rules.rules_of(plan),
    }


def _correction(one: Again) -> Data:
    return {
        "period": one.now.period,
        "plan": one.now.plan,
        "booked_with": one.booked_with,
        "was": one.was.body,
        "now": one.now.body,
        "lines": one.rows,
    }
