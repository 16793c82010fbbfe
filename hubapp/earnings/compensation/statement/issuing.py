"""One call from a computed period to the file that an earner downloads."""

from __future__ import annotations

from collections.abc import Sequence

from hubapp.earnings.compensation.statement import building, keys, sealing
from hubapp.earnings.compensation.statement.building import Closed, Correction, Earner
from hubapp.kernel.config import Settings


def issue(
    *,
    closed: Closed,
    earner: Earner,
    settings: Settings,
    corrections: Sequence[Correction] = (),
    later: Sequence[Correction] = (),
    debt_before: int | None = None,
) -> bytes:
    """The signed file; the same run, earner and key give the same bytes. Keep `closed` for the next earner of the run.

    Raises ImplementationsDisagree, and KeyError for somebody who is not in the run, unless something is corrected.
    """
    document = building.document(
        closed=closed,
        earner=earner,
        issuer=settings.network_name,
        keys_at=settings.public_url + keys.PATH,
        salt=keys.salt(settings.signing_key, run=closed.run.id, account=earner.account),
        corrections=corrections,
        later=later,
        debt_before=debt_before,
    )
    return sealing.sealed(document, keys.current(settings))


def file_name(closed: Closed) -> str:
    """How the file is called, e.g. statement-2027-01-EUR.json."""
    return f"statement-{closed.period.name}-{closed.period.currency}.json"
