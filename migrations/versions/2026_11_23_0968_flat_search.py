"""Search that stays flat: one for lists and for everything, which reads hits or a stretch of a list, never all of it."""

from __future__ import annotations

from alembic import op

from hubapp.tenancy import rls

revision = "0068_flat_search"
down_revision = "0067_lists"
branch_labels = None
depends_on = None

# How often a word is written cannot be told before. A rare one is looked up by the index of words, which knows no order:
# all that it finds is read and sorted. A common one is met soon where the list is read in its order, and to look it up
# takes an entry of the index for each time it is written. So the first FEW rows of the list are read, which mostly
# fills the page where a word is common. Where they do not, hits are looked up, no further than FEW; where there are more,
# the next NEAR rows of the list are read until the page is full; and where it still is not, the word is common, but not
# so near: then its other hits are read as well, by the index. So a page reads at most FEW and NEAR rows and FEW hits, or,
# where hits are far from where it begins, those hits; what lies between and is none is never read.
FEW, NEAR = 200, 1_000


def found(
    name: str,
    *,
    rank: int,
    table: str,
    words: str,
    keys: str,
    order: str,
    after: str,
    room: str,
    listed: str,
    base: str = "true",
    besides: str = "",
    join: str = "",
    visible: str = "true",
    distinct: str = "",
) -> str:
    """Common tables; `name`: the first rows of `table` (as `x`) with these words, after some row, as many as have room.

    `listed`: what an index in the `order` of the list knows; `base`: what else is asked of a row itself; `visible`: what
    hangs on others, with columns `besides` the `keys` or from a `join`, and is asked as late as can be.
    """
    columns = keys + besides
    every = f"{listed} AND {base} AND {after}"
    first, near = (f"(SELECT count(*) FROM {name}_{part})" for part in ("first", "near"))
    is_common = f"(SELECT count(*) FROM (SELECT FROM {name}_hit LIMIT {FEW + 1}) AS met) > {FEW}"

    def stretch(rows: int, condition: str) -> str:
        return f"""SELECT {distinct} {keys} FROM (
          SELECT * FROM {table} x WHERE {listed} AND {after} ORDER BY {order} LIMIT {rows}) x {join}
        WHERE {condition} AND x.terms @@ {words} AND {base} AND {visible} ORDER BY {order} LIMIT {room}"""

    return f"""{name}_hit AS MATERIALIZED (
      SELECT {columns} FROM {table} x WHERE {every} AND x.terms @@ {words}),
    {name}_first AS MATERIALIZED (
      {stretch(FEW, "true")}),
    {name}_near AS MATERIALIZED (
      {stretch(NEAR, f"{first} < {room} AND {is_common}")}),
    {name} AS (
      (SELECT {rank}, {keys} FROM {name}_first x WHERE {first} = {room})
      UNION ALL
      (SELECT {rank}, {keys} FROM {name}_near x WHERE {first} < {room} AND {near} = {room})
      UNION ALL
      (SELECT {distinct} {rank}, {keys} FROM {name}_hit x {join}
        WHERE {first} < {room} AND {near} < {room} AND {visible} ORDER BY {order} LIMIT {room}))"""


# What class 0 leaves free; nothing, and class 1 is not looked for.
ROOM = "(SELECT free FROM room)"


def _room(name: str, at_most: str) -> str:
    return f"room AS MATERIALIZED (SELECT {at_most} - count(*) AS free FROM {name})"


def _after(key: str, values: str, *, rank: str, of: int, sign: str = "<") -> str:
    """Rows of class `of` that come after the last one that was shown."""
    if of:
        return f"({rank} IS DISTINCT FROM {of} OR {key} {sign} {values})"
    return f"({rank} IS NULL OR ({rank} = 0 AND {key} {sign} {values}))"


def function(head: str, query: str, using: str) -> str:
    """What makes a function that answers a search; it sees past the policies, so its query says the hub itself."""
    # Planned for the very words (EXECUTE). A table whole is never the way, whatever the statistics say of a word.
    return f"""
CREATE FUNCTION {head}
LANGUAGE plpgsql STABLE SECURITY DEFINER SET enable_seqscan = off SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE $query$
    {query}
  $query$ USING {using};
END $$
"""


HUB = rls.CURRENT_HUB
TITLED = f"search_titled({HUB}, words)"
# Not all of them in the title: said to the index, so that nothing is read only to be left out.
WRITTEN = f"search_written({HUB}, words) && !!{TITLED}"
BLOCKING = "NOT EXISTS (SELECT FROM member_block b WHERE b.hub_id = $1 AND b.account_id = {} AND b.blocked_id = {})"


def _posts() -> str:
    order, key, rank = "x.id DESC", ("x.id", "$6"), "$5"
    post = {
        "table": "post",
        "keys": "'post', x.id",
        "order": order,
        "listed": "x.hub_id = $1 AND x.deleted_at IS NULL AND x.hidden_at IS NULL",
        "besides": ", x.author_id",
        "visible": BLOCKING.format("$4", "x.author_id"),
    }
    titled = found("titled", rank="0", words="$2", after=_after(*key, rank=rank, of=0), room="$7", **post)
    written = found("written", rank="1", words="$3", after=_after(*key, rank=rank, of=1), room=ROOM, **post)
    answers = found(
        "answers",
        rank="1",
        table="post_comment",
        words="$3",
        keys="'comment', x.id",
        order=order,
        after=_after(*key, rank=rank, of=1),
        room=ROOM,
        listed="x.hub_id = $1",
        base="x.deleted_at IS NULL AND x.hidden_at IS NULL",
        besides=", x.author_id, x.post_id",
        join="""CROSS JOIN LATERAL (
          SELECT p.author_id, p.deleted_at, p.hidden_at FROM post p WHERE p.hub_id = $1 AND p.id = x.post_id OFFSET 0) p""",
        visible="p.deleted_at IS NULL AND p.hidden_at IS NULL"
        f" AND {BLOCKING.format('$4', 'x.author_id')} AND {BLOCKING.format('$4', 'p.author_id')}",
    )
    return function(
        "find_posts(words text[], reader uuid, after_class integer, before uuid, at_most integer)"
        " RETURNS TABLE (class integer, kind text, id uuid)",
        f"""WITH {titled}, {_room("titled", "$7")}, {written}, {answers}
    SELECT * FROM (TABLE titled UNION ALL TABLE written UNION ALL TABLE answers) AS hit (class, kind, id)
    ORDER BY class, id DESC LIMIT $7""",
        f"{HUB}, {TITLED}, {WRITTEN}, reader, after_class, before, at_most",
    )


# Those of one kind have an index in the order of the list, which only an equality can follow.
KIND = "$7 IS NULL OR (cardinality($7) = 1 AND x.kind = $7[1]) OR (cardinality($7) <> 1 AND x.kind = ANY ($7))"


def _listings() -> str:
    listing = {
        "table": "listing",
        "keys": "x.id",
        "order": "x.id DESC",
        "listed": f"x.hub_id = $1 AND x.status = 'live' AND ({KIND})",
    }
    titled = found("titled", rank="0", words="$2", after=_after("x.id", "$5", rank="$4", of=0), room="$6", **listing)
    written = found("written", rank="1", words="$3", after=_after("x.id", "$5", rank="$4", of=1), room=ROOM, **listing)
    return function(
        "find_listings(words text[], after_class integer, before uuid, at_most integer, kinds text[] DEFAULT NULL)"
        " RETURNS TABLE (class integer, id uuid)",
        f"""WITH {titled}, {_room("titled", "$6")}, {written}
    SELECT * FROM (TABLE titled UNION ALL TABLE written) AS hit (class, id) ORDER BY class, id DESC LIMIT $6""",
        f"{HUB}, {TITLED}, {WRITTEN}, after_class, before, at_most, kinds",
    )


# Class 0 is still to come, the next first; 1 is over, the last first.
def _gatherings() -> str:
    gathering = {"table": "gathering", "words": "$2", "keys": "x.starts_at, x.id"}
    mine, key = "x.hub_id = $1 AND x.status = 'published'", ("(x.starts_at, x.id)", "($5, $6)")
    coming = found(
        "coming",
        rank="0",
        order="x.starts_at, x.id",
        after=_after(*key, rank="$4", of=0, sign=">"),
        room="$7",
        listed=f"{mine} AND x.starts_at > $3 - interval '14 days'",
        base="x.ends_at > $3",
        **gathering,
    )
    past = found(
        "past",
        rank="1",
        order="x.starts_at DESC, x.id DESC",
        after=_after(*key, rank="$4", of=1),
        room=ROOM,
        listed=f"{mine} AND x.starts_at < $3",
        base="x.ends_at <= $3",
        **gathering,
    )
    return function(
        "find_gatherings(words text[], at timestamptz, after_class integer, after_at timestamptz, after_id uuid,"
        " at_most integer) RETURNS TABLE (class integer, starts_at timestamptz, id uuid)",
        f"""WITH {coming}, {_room("coming", "$7")}, {past}
    SELECT * FROM (TABLE coming UNION ALL TABLE past) AS hit (class, starts_at, id)
    ORDER BY class, CASE class WHEN 0 THEN starts_at END, CASE class WHEN 1 THEN starts_at END DESC,
      CASE class WHEN 0 THEN id END, CASE class WHEN 1 THEN id END DESC LIMIT $7""",
        f"{HUB}, search_anywhere({HUB}, words), at, after_class, after_at, after_id, at_most",
    )


# Class 0 by their names, 1 by what they tell to the audiences in `seen`; whoever joined last first.
def _people() -> str:
    unblocked = f"{BLOCKING.format('{0}', '$4')} AND {BLOCKING.format('$4', '{0}')}"
    named = found(
        "named",
        rank="0",
        table="membership",
        words="$2",
        keys="x.joined_at, x.id",
        order="x.joined_at DESC, x.id DESC",
        after=_after("(x.joined_at, x.id)", "($6, $7)", rank="$5", of=0),
        room="$8",
        listed="x.hub_id = $1",
        base="x.status = 'active' AND x.is_listed AND x.hidden_reason IS NULL AND $9 IS NULL",
        besides=", x.account_id",
        visible=unblocked.format("x.account_id"),
    )
    telling = found(
        "telling",
        rank="1",
        table="profile_tag",
        words="$2",
        keys="x.joined_at, x.membership_id",
        order="x.joined_at DESC, x.membership_id DESC",
        after=_after("(x.joined_at, x.membership_id)", "($6, $7)", rank="$5", of=1),
        room=ROOM,
        listed="x.hub_id = $1",
        base="x.audience = ANY ($3) AND ($9 IS NULL OR x.kind = $9)",
        join="CROSS JOIN LATERAL (SELECT * FROM membership k WHERE k.hub_id = $1 AND k.id = x.membership_id OFFSET 0) m",
        visible="m.status = 'active' AND m.is_listed AND m.hidden_reason IS NULL"
        f" AND ($9 IS NOT NULL OR NOT m.terms @@ $2) AND {unblocked.format('m.account_id')}",
        distinct="DISTINCT",
    )
    return function(
        "find_people(words text[], seen text[], viewer uuid, after_class integer, before_at timestamptz, before_id uuid,"
        " at_most integer, tag_kind text DEFAULT NULL)"
        " RETURNS TABLE (class integer, joined_at timestamptz, id uuid)",
        f"""WITH {named}, {_room("named", "$8")}, {telling}
    SELECT * FROM (TABLE named UNION ALL TABLE telling) AS hit (class, joined_at, id)
    ORDER BY class, joined_at DESC, id DESC LIMIT $8""",
        f"{HUB}, {TITLED}, seen, viewer, after_class, before_at, before_id, at_most, tag_kind",
    )


# Over all hubs: only what anybody may open without belonging anywhere.
OPEN_HUB = "CROSS JOIN LATERAL (SELECT * FROM hub k WHERE k.id = x.hub_id AND k.status <> 'closed' OFFSET 0) h"


def _open_listings() -> str:
    hits = found(
        "found",
        rank="0",
        table="listing",
        words="$1",
        keys="x.hub_id, x.id",
        order="x.id DESC",
        after="($2 IS NULL OR x.id < $2)",
        room="$3",
        listed="x.status = 'live'",
        join=OPEN_HUB,
    )
    return function(
        "find_open_listings(words text[], before uuid, at_most integer) RETURNS TABLE"
        " (hub_id bigint, id uuid, title text, body text, price bigint, currency text, cover_seed text)",
        f"""WITH {hits}
    SELECT l.hub_id, l.id, l.title, left(l.body_md, 4000), l.price, l.currency, l.cover_seed
    FROM found AS hit (class, hub_id, id) JOIN listing l ON l.hub_id = hit.hub_id AND l.id = hit.id ORDER BY l.id DESC""",
        "search_query('n', words), before, at_most",
    )


def _open_gatherings() -> str:
    hits = found(
        "found",
        rank="0",
        table="gathering",
        words="$1",
        keys="x.hub_id, x.starts_at, x.id",
        order="x.starts_at, x.id",
        after="($3 IS NULL OR (x.starts_at, x.id) > ($3, $4))",
        room="$5",
        listed="x.status = 'published' AND x.starts_at > $2 - interval '14 days'",
        base="x.ends_at > $2",
        join=OPEN_HUB,
        visible="coalesce((h.features ->> 'events')::boolean, true)",
    )
    return function(
        "find_open_gatherings(words text[], at timestamptz, after_at timestamptz, after_id uuid, at_most integer)"
        " RETURNS TABLE (hub_id bigint, id uuid, slug text, title text, body text, place_name text, format text,"
        " starts_at timestamptz)",
        f"""WITH {hits}
    SELECT g.hub_id, g.id, g.slug, g.title, left(g.body_md, 4000), g.place_name, g.format, g.starts_at
    FROM found AS hit (class, hub_id, starts_at, id) JOIN gathering g ON g.hub_id = hit.hub_id AND g.id = hit.id
    ORDER BY g.starts_at, g.id""",
        "search_query('n', words), at, after_at, after_id, at_most",
    )


# Signature before and now, what makes it, and the name of what made it in the migration that brought search.
FUNCTIONS = (
    ("find_posts(text[], uuid, integer, uuid, integer)", "", _posts, "POSTS"),
    ("find_listings(text[], integer, uuid, integer)", ", text[]", _listings, "LISTINGS"),
    ("find_gatherings(text[], timestamptz, integer, timestamptz, uuid, integer)", "", _gatherings, "GATHERINGS"),
    ("find_people(text[], text[], uuid, integer, timestamptz, uuid, integer)", ", text", _people, "PEOPLE"),
    ("find_open_listings(text[], uuid, integer)", "", _open_listings, "OPEN_LISTINGS"),
    (
        "find_open_gatherings(text[], timestamptz, timestamptz, uuid, integer)",
        "",
        _open_gatherings,
        "OPEN_GATHERINGS",
    ),
)


def upgrade() -> None:
    """Search also for one kind of listing and one kind of tag; what is called as before answers as before."""
    for before, more, make, _name in FUNCTIONS:
        _replace(before, f"{before.removesuffix(')')}{more})", make())


def _replace(before: str, now: str, statement: str) -> None:
    for one in (*rls.drop_definer(before), statement, *rls.definer(now)):
        op.execute(one)


def downgrade() -> None:
    """As the migration that brought search made them."""
    environment = op.get_context().environment_context
    search = environment.script.get_revision("0061_search").module  # type: ignore[union-attr]
    for before, more, _make, name in FUNCTIONS:
        _replace(f"{before.removesuffix(')')}{more})", before, getattr(search, name))
