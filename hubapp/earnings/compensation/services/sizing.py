"""How many stand under whom: what one who joins, or moves, adds to everybody above, as rows that nobody waits for."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Uuid, bindparam, text

from hubapp.kernel.db import db

# One index look-up per step up, about a dozen of them.
_ADD = text(
    "WITH RECURSIVE up AS (SELECT CAST(:sponsor AS uuid) AS account_id, true AS is_direct UNION ALL"
    " SELECT latest.sponsor_id, false FROM up CROSS JOIN LATERAL (SELECT sponsor_id FROM sponsorship"
    " WHERE sponsorship.account_id = up.account_id ORDER BY since DESC LIMIT 1) AS latest"
    " WHERE latest.sponsor_id IS NOT NULL)"
    " INSERT INTO plan_group_delta (account_id, direct, people)"
    " SELECT account_id, CASE WHEN is_direct THEN :sign ELSE 0 END, CAST(:people AS bigint) * :sign FROM up"
).bindparams(bindparam("sponsor", type_=Uuid()))
# One statement: who reads meanwhile sees what was folded either here or there.
_FOLD = text(
    "WITH gone AS (DELETE FROM plan_group_delta WHERE id IN"
    " (SELECT id FROM plan_group_delta ORDER BY id LIMIT :most) RETURNING account_id, direct, people),"
    " folded AS (INSERT INTO plan_group AS g (account_id, direct, people)"
    " SELECT account_id, sum(direct), sum(people) FROM gone GROUP BY account_id ORDER BY account_id"
    " ON CONFLICT (account_id) DO UPDATE SET direct = g.direct + excluded.direct, people = g.people + excluded.people)"
    " SELECT count(*) FROM gone"
)


def count(*, sponsor_id: UUID | None, people: int, sign: int = 1) -> None:
    """Somebody with `people` - 1 under them comes under a sponsor, or (`sign` -1) goes from there.

    Needs the turn that corrections take, or to have waited for it: the way up is to stay as it is meanwhile.
    """
    if sponsor_id is not None:
        db.session.execute(_ADD, {"sponsor": sponsor_id, "people": people, "sign": sign})


def fold(*, most: int = 20_000) -> int:
    """Add up what was counted since the last time; answers how many rows are gone (platform scope)."""
    return int(db.session.scalar(_FOLD, {"most": most}) or 0)


def recount() -> int:
    """Hold what is stored against the sponsorships, put right what differs; how many people's it was (platform scope).

    Nobody waits for it: what joins meanwhile is in neither of the two.
    """
    return int(db.session.scalar(text("SELECT plan_recount_groups()")) or 0)
