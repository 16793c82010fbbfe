"""Hubs and their pages by the words in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Text,
    Uuid,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.orm import aliased

from hubapp.kernel.db import db, require_hub_id
from hubapp.tenancy.models import Hub, HubPage, HubStatus

# A hub has some pages in some languages: more than these match no search worth its name.
MOST_PAGES = 50
_FIND_OPEN = (
    text("SELECT * FROM find_open_pages(:words, :locale, :after, :most)")
    .bindparams(
        bindparam("words", type_=ARRAY(Text)),
        bindparam("after", type_=Uuid()),
        bindparam("most", type_=Integer),
    )
    .columns(id=Uuid())
)
_FIND_SIMILAR = text("SELECT find_similar_hubs(:typed, :most)").bindparams(bindparam("most", type_=Integer))


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A page of some hub in one language; `text` is its beginning."""

    hub_id: int
    id: UUID
    slug: str
    locale: str
    title: str
    text: str


def _query(prefix: str, words: Sequence[str]) -> ColumnElement[object]:
    return func.search_query(prefix, literal(list(words), ARRAY(Text)))


def found_pages(words: Sequence[str], *, locale: str, fallback: str) -> Sequence[HubPage]:
    """This hub's pages with all of the words, as a reader of `locale` gets them; in the title first.

    Under row-level security no index on words would be used: a hub's few pages are looked at one by one.
    """
    other = aliased(HubPage)
    is_shown = or_(
        HubPage.locale == locale,
        and_(
            HubPage.locale == fallback,
            ~exists().where(other.hub_id == HubPage.hub_id, other.locale == locale, other.slug == HubPage.slug),
        ),
    )
    asked = literal(require_hub_id(), BigInteger), literal(list(words), ARRAY(Text))
    is_titled = HubPage.terms.bool_op("@@")(func.search_titled(*asked))
    statement = select(HubPage).where(is_shown, HubPage.terms.bool_op("@@")(func.search_anywhere(*asked)))
    order = (is_titled.desc(), HubPage.kind.desc(), HubPage.position, HubPage.slug)
    return db.session.scalars(statement.order_by(*order).limit(MOST_PAGES)).all()


def pages(ids: Sequence[UUID]) -> dict[UUID, HubPage]:
    """Some of this hub's pages by id."""
    rows = db.session.scalars(select(HubPage).where(HubPage.id.in_(ids))).all() if ids else ()
    return {row.id: row for row in rows}


def found_hubs(words: Sequence[str], *, after: tuple[int, str] | None = None, limit: int) -> list[tuple[int, Hub]]:
    """(0 by name or place, 1 by what it says about itself; the hub), by rank and address, paged by both."""
    rank = (~Hub.terms.bool_op("@@")(_query("m", words))).cast(Integer)
    statement = select(rank, Hub).where(Hub.status != HubStatus.CLOSED, Hub.terms.bool_op("@@")(_query("n", words)))
    if after is not None:
        statement = statement.where(or_(rank > after[0], and_(rank == after[0], Hub.slug > after[1])))
    rows = db.session.execute(statement.order_by(rank, Hub.slug).limit(limit))
    return [(row[0], row[1]) for row in rows]


def similar_hubs(typed: str, *, limit: int) -> Sequence[Hub]:
    """Hubs whose name is nearly this (folded), the nearest first."""
    known = hubs(db.session.scalars(_FIND_SIMILAR, {"typed": typed, "most": limit}).all())
    return list(known.values())


def found_pages_everywhere(
    words: Sequence[str], *, locale: str, after: UUID | None = None, limit: int
) -> list[OpenPage]:
    """Pages of all hubs that are not closed, as a reader of `locale` gets them; not the legal ones, which are alike."""
    rows = db.session.execute(_FIND_OPEN, {"words": list(words), "locale": locale, "after": after, "most": limit})
    return [OpenPage(row.hub_id, row.id, row.slug, row.locale_of, row.title, row.body) for row in rows]


def hubs(ids: Sequence[int]) -> dict[int, Hub]:
    """Hubs by id, to name them beside what is theirs; in the order of the ids."""
    rows = db.session.scalars(select(Hub).where(Hub.id.in_(ids))).all() if ids else ()
    known = {row.id: row for row in rows}
    return {hub_id: known[hub_id] for hub_id in ids if hub_id in known}
