"""From what is told of a period to the file that an earner downloads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from hubapp.earnings.compensation import verify_statement
from hubapp.earnings.compensation.statement import building, keys, sealing
from hubapp.earnings.compensation.statement.building import Again, Earner, Told
from hubapp.kernel.config import Settings


def issue(
    *, main: Told, earner: Earner, settings: Settings, corrections: Sequence[Again] = (), later: Sequence[Again] = ()
) -> bytes:
    """The signed file; the same runs, earner and key give the same bytes."""
    document = building.assembled(
        main=main,
        earner=earner,
        issuer=settings.network_name,
        keys_at=_keys_at(settings),
        corrections=corrections,
        later=later,
    )
    return sealing.sealed(document, keys.current(settings))


def made_of(*, runs: Sequence[object], earner: Earner, settings: Settings) -> str:
    """A digest of all that a file's bytes hang on: the runs in it, in order, whose it is, and who signs how."""
    key = verify_statement.key_id(keys.current(settings).public_key().public_bytes_raw())
    form = (verify_statement.FORMAT, verify_statement.VERSION, settings.network_name, _keys_at(settings), key)
    facts = (*form, earner.account, earner.name, *map(str, runs))
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def salt(settings: Settings, *, run: str, account: str) -> bytes:
    """What makes the pseudonyms of one file."""
    return keys.salt(settings.signing_key, run=run, account=account)


def file_name(period: str, currency: str) -> str:
    """How the file is called, e.g. statement-2027-01-EUR.json."""
    return f"statement-{period}-{currency}.json"


def _keys_at(settings: Settings) -> str:
    return settings.public_url + keys.PATH
