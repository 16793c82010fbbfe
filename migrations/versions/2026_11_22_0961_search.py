"""Search over everything: the words of each thing, folded, beside it; and functions that look them up.

Every word is kept once, as `h<hub>t<word>` where it stands in the title and as `h<hub>b<word>` where it stands elsewhere
alone, so that the beginning of a word is looked up among one hub's words only, however many hubs share the index; and as
`n<word>` where a thing is open to everybody, for the network's own search.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from hubapp.tenancy import rls

revision = "0061_search"
down_revision = "0060_plan"
branch_labels = None
depends_on = None

# The same as kernel.folding: no accents, no vowel signs, one form of each letter.
FOLDED = r"""
CREATE FUNCTION folded(given text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = public, pg_temp AS $$
  SELECT translate(replace(replace(replace(
    lower(regexp_replace(normalize(given, NFKD), '[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]+',
      '', 'g')),
    'ß', 'ss'), 'œ', 'oe'), 'æ', 'ae'),
    'øłđıςىة', 'oldiσيه')
$$
"""
# Cut where neither letter nor digit is: PostgreSQL's own parser reads addresses and numbers where people write words.
# In Arabic the article and what is joined to it are written as part of a word.
WORDS = """
CREATE FUNCTION search_words(given text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT left(CASE
      WHEN word LIKE 'ال__%' OR word LIKE 'لل__%' THEN substr(word, 3)
      WHEN word LIKE '_ال__%' AND left(word, 1) IN ('و', 'ب', 'ف', 'ك') THEN substr(word, 4)
      ELSE word END, 40)), '{}')
  FROM unnest(string_to_array(regexp_replace(folded(given), '[^[:alnum:]]+', ' ', 'g'), ' ')) AS word WHERE word <> ''
$$
"""
TERMS = """
CREATE FUNCTION search_terms(hub bigint, title text, body text, is_open boolean) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp AS $$
  SELECT array_to_tsvector(ARRAY(SELECT 'h' || hub::text || 't' || word FROM unnest(titled) AS word)
    || ARRAY(SELECT 'h' || hub::text || 'b' || word FROM unnest(written) AS word WHERE word <> ALL (titled))
    || ARRAY(SELECT 'n' || word FROM unnest(titled || written) AS word WHERE is_open))
  FROM (SELECT search_words(title) AS titled, search_words(body) AS written) AS words
$$
"""
# Of a hub itself: `m<word>` of its name and place, `n<word>` of what it says about itself as well.
HUB_TERMS = """
CREATE FUNCTION search_hub_terms(names text, home jsonb) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp AS $$
  SELECT array_to_tsvector(ARRAY(SELECT 'm' || word FROM unnest(search_words(names)) AS word)
    || ARRAY(SELECT 'n' || word FROM unnest(search_words(names || ' '
      || coalesce(jsonb_path_query_array(home, '$.texts.*.*') #>> '{}', ''))) AS word))
$$
"""
# All of the words in the title; anywhere; and anywhere, but not all of them in the title. The last says so by what is
# there, not by what is not: how rare that is can be told from the statistics, and decides how it is looked up.
TITLED = """
CREATE FUNCTION search_titled(hub bigint, words text[]) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp AS $$
  SELECT search_query('h' || hub::text || 't', words)
$$
"""
ANYWHERE = """
CREATE FUNCTION search_anywhere(hub bigint, words text[]) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp AS $$
  SELECT string_agg(format('(%s | %s)', search_query('h' || hub::text || 't', ARRAY[word]),
    search_query('h' || hub::text || 'b', ARRAY[word])), ' & ')::tsquery FROM unnest(words) AS word
$$
"""
WRITTEN = """
CREATE FUNCTION search_written(hub bigint, words text[]) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp AS $$
  SELECT search_anywhere(hub, words)
    && string_agg(search_query('h' || hub::text || 'b', ARRAY[word])::text, ' | ')::tsquery FROM unnest(words) AS word
$$
"""
# The threshold is set within: as a clause of the function only a superuser could restore it.
SIMILAR_HUBS = """
CREATE FUNCTION find_similar_hubs(given text, at_most integer) RETURNS SETOF bigint LANGUAGE plpgsql STABLE
SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM set_config('pg_trgm.word_similarity_threshold', '0.36', true);
  RETURN QUERY SELECT hub.id FROM hub WHERE hub.status <> 'closed' AND given <% hub.folded
    ORDER BY word_similarity(given, hub.folded) DESC, hub.slug LIMIT at_most;
END $$
"""
QUERY = """
CREATE FUNCTION search_query(prefix text, words text[]) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp AS $$
  SELECT string_agg(quote_literal(prefix || word) || ':*', ' & ')::tsquery FROM unnest(words) AS word
$$
"""
HELPERS = {
    "folded(text)": FOLDED,
    "search_words(text)": WORDS,
    "search_terms(bigint, text, text, boolean)": TERMS,
    "search_hub_terms(text, jsonb)": HUB_TERMS,
    "search_query(text, text[])": QUERY,
    "search_titled(bigint, text[])": TITLED,
    "search_anywhere(bigint, text[])": ANYWHERE,
    "search_written(bigint, text[])": WRITTEN,
}

READABLE = "deleted_at IS NULL AND hidden_at IS NULL"
LIVE = "status = 'live'"
TOLD = "(((body_md || ' '::text) || place_name) || ' '::text) || address"
PUBLISHED = "status = 'published'"
# table → (words, folded name or '' where it has none, which rows can be found at all).
TABLES = {
    "post": ("search_terms(hub_id, title, body_md, false)", "folded(title)", READABLE),
    "post_comment": ("search_terms(hub_id, ''::text, body_md, false)", "", READABLE),
    "gathering": (
        f"search_terms(hub_id, title, {TOLD}, status = 'published'::text)",
        "folded(title)",
        PUBLISHED,
    ),
    "listing": ("search_terms(hub_id, title, body_md, status = 'live'::text)", "folded(title)", LIVE),
    "membership": (
        "search_terms(hub_id, (display_name || ' '::text) || handle, ''::text, false)",
        "folded(display_name)",
        "status = 'active'",
    ),
    "profile_tag": ("search_terms(hub_id, tag, ''::text, false)", "", ""),
    "hub_page": ("search_terms(hub_id, title, body, kind = 'page'::text)", "folded(title)", ""),
    "hub": ("search_hub_terms((((name || ' '::text) || place) || ' '::text) || slug, home)", "folded(name)", ""),
}

# `@@` and `<%` are not leakproof: under row-level security the indexes would be ignored. The functions see past the
# policies and therefore carry the hub and every rule of who sees what themselves. They are planned for the very words
# (EXECUTE); what hangs on a hit is looked up by its key (OFFSET 0) and never joined freely.
# `words` are folded (kernel.folding). `class` 0 is what has them in its title, 1 elsewhere; class and key say after
# which row the next page begins.
UNBLOCKED = "NOT EXISTS (SELECT FROM member_block b WHERE b.hub_id = $1 AND b.account_id = $4 AND b.blocked_id = {})"
POSTS = f"""
CREATE FUNCTION find_posts(words text[], reader uuid, after_class integer, before uuid, at_most integer)
RETURNS TABLE (class integer, kind text, id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE $query$
    WITH titled AS (
      SELECT 0, 'post', p.id FROM post p WHERE p.hub_id = $1 AND p.deleted_at IS NULL AND p.hidden_at IS NULL
        AND p.terms @@ $2 AND {UNBLOCKED.format("p.author_id")}
        AND ($5 IS NULL OR ($5 = 0 AND p.id < $6)) ORDER BY p.id DESC LIMIT $7),
    written AS (
      SELECT 1, 'post', p.id FROM post p WHERE p.hub_id = $1 AND p.deleted_at IS NULL AND p.hidden_at IS NULL
        AND p.terms @@ $3 AND NOT p.terms @@ $2 AND {UNBLOCKED.format("p.author_id")}
        AND ($5 IS DISTINCT FROM 1 OR p.id < $6) ORDER BY p.id DESC LIMIT $7),
    answers AS (
      SELECT 1, 'comment', c.id FROM post_comment c CROSS JOIN LATERAL (
          SELECT p.author_id, p.deleted_at, p.hidden_at FROM post p WHERE p.hub_id = $1 AND p.id = c.post_id OFFSET 0) p
        WHERE c.hub_id = $1 AND c.deleted_at IS NULL AND c.hidden_at IS NULL AND c.terms @@ $3
        AND p.deleted_at IS NULL AND p.hidden_at IS NULL
        AND {UNBLOCKED.format("c.author_id")} AND {UNBLOCKED.format("p.author_id")}
        AND ($5 IS DISTINCT FROM 1 OR c.id < $6) ORDER BY c.id DESC LIMIT $7)
    SELECT * FROM (TABLE titled UNION ALL TABLE written UNION ALL TABLE answers) AS hit (class, kind, id)
    ORDER BY class, id DESC LIMIT $7
  $query$ USING {rls.CURRENT_HUB}, search_titled({rls.CURRENT_HUB}, words), search_written({rls.CURRENT_HUB}, words),
    reader, after_class, before, at_most;
END $$
"""
LISTINGS = f"""
CREATE FUNCTION find_listings(words text[], after_class integer, before uuid, at_most integer)
RETURNS TABLE (class integer, id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE $query$
    WITH titled AS (
      SELECT 0, l.id FROM listing l WHERE l.hub_id = $1 AND l.status = 'live' AND l.terms @@ $2
        AND ($4 IS NULL OR ($4 = 0 AND l.id < $5)) ORDER BY l.id DESC LIMIT $6),
    written AS (
      SELECT 1, l.id FROM listing l WHERE l.hub_id = $1 AND l.status = 'live' AND l.terms @@ $3 AND NOT l.terms @@ $2
        AND ($4 IS DISTINCT FROM 1 OR l.id < $5) ORDER BY l.id DESC LIMIT $6)
    SELECT * FROM (TABLE titled UNION ALL TABLE written) AS hit (class, id) ORDER BY class, id DESC LIMIT $6
  $query$ USING {rls.CURRENT_HUB}, search_titled({rls.CURRENT_HUB}, words), search_written({rls.CURRENT_HUB}, words),
    after_class, before, at_most;
END $$
"""
# Class 0 is still to come, the next first; 1 is over, the last first.
GATHERINGS = f"""
CREATE FUNCTION find_gatherings(words text[], at timestamptz, after_class integer, after_at timestamptz, after_id uuid,
  at_most integer) RETURNS TABLE (class integer, starts_at timestamptz, id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE $query$
    WITH coming AS (
      SELECT 0, g.starts_at, g.id FROM gathering g WHERE g.hub_id = $1 AND g.status = 'published' AND g.terms @@ $2
        AND g.ends_at > $3 AND g.starts_at > $3 - interval '14 days'
        AND ($4 IS NULL OR ($4 = 0 AND (g.starts_at, g.id) > ($5, $6))) ORDER BY g.starts_at, g.id LIMIT $7),
    past AS (
      SELECT 1, g.starts_at, g.id FROM gathering g WHERE g.hub_id = $1 AND g.status = 'published' AND g.terms @@ $2
        AND g.ends_at <= $3 AND g.starts_at < $3
        AND ($4 IS DISTINCT FROM 1 OR (g.starts_at, g.id) < ($5, $6)) ORDER BY g.starts_at DESC, g.id DESC LIMIT $7)
    SELECT * FROM (TABLE coming UNION ALL TABLE past) AS hit (class, starts_at, id)
    ORDER BY class, CASE class WHEN 0 THEN starts_at END, CASE class WHEN 1 THEN starts_at END DESC,
      CASE class WHEN 0 THEN id END, CASE class WHEN 1 THEN id END DESC LIMIT $7
  $query$ USING {rls.CURRENT_HUB}, search_anywhere({rls.CURRENT_HUB}, words), at, after_class, after_at,
    after_id, at_most;
END $$
"""
# Class 0 by their names, 1 by what they tell to the audiences in `seen`; whoever joined last first.
PEOPLE = f"""
CREATE FUNCTION find_people(words text[], seen text[], viewer uuid, after_class integer, before_at timestamptz,
  before_id uuid, at_most integer) RETURNS TABLE (class integer, joined_at timestamptz, id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE $query$
    WITH named AS (
      SELECT 0, m.joined_at, m.id FROM membership m WHERE m.hub_id = $1 AND m.status = 'active' AND m.is_listed
        AND m.hidden_reason IS NULL AND m.terms @@ $2
        AND NOT EXISTS (SELECT FROM member_block b
          WHERE b.hub_id = $1 AND b.account_id = m.account_id AND b.blocked_id = $4)
        AND {UNBLOCKED.format("m.account_id")}
        AND ($5 IS NULL OR ($5 = 0 AND (m.joined_at, m.id) < ($6, $7)))
        ORDER BY m.joined_at DESC, m.id DESC LIMIT $8),
    tagged AS MATERIALIZED (
      SELECT DISTINCT t.membership_id AS id FROM profile_tag t
        WHERE t.hub_id = $1 AND t.audience = ANY ($3) AND t.terms @@ $2),
    telling AS (
      SELECT 1, m.joined_at, m.id FROM tagged
        CROSS JOIN LATERAL (SELECT * FROM membership k WHERE k.hub_id = $1 AND k.id = tagged.id OFFSET 0) m
        WHERE m.status = 'active' AND m.is_listed AND m.hidden_reason IS NULL AND NOT m.terms @@ $2
        AND NOT EXISTS (SELECT FROM member_block b
          WHERE b.hub_id = $1 AND b.account_id = m.account_id AND b.blocked_id = $4)
        AND {UNBLOCKED.format("m.account_id")}
        AND ($5 IS DISTINCT FROM 1 OR (m.joined_at, m.id) < ($6, $7))
        ORDER BY m.joined_at DESC, m.id DESC LIMIT $8)
    SELECT * FROM (TABLE named UNION ALL TABLE telling) AS hit (class, joined_at, id)
    ORDER BY class, joined_at DESC, id DESC LIMIT $8
  $query$ USING {rls.CURRENT_HUB}, search_titled({rls.CURRENT_HUB}, words), seen, viewer, after_class,
    before_at, before_id, at_most;
END $$
"""
# What is called nearly so, for who mistyped: names and titles only, by how near they are.
SIMILAR = f"""
CREATE FUNCTION find_similar(given text, areas text[], viewer uuid, at timestamptz, locale text, fallback text,
  at_most integer) RETURNS TABLE (area text, id uuid, likeness real)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM set_config('pg_trgm.word_similarity_threshold', '0.36', true);
  RETURN QUERY EXECUTE $query$
    (SELECT 'conversations', p.id, word_similarity($2, p.folded) AS near FROM post p WHERE 'conversations' = ANY ($3)
      AND p.hub_id = $1 AND p.deleted_at IS NULL AND p.hidden_at IS NULL AND $2 <% p.folded
      AND {UNBLOCKED.format("p.author_id")} ORDER BY near DESC, p.id DESC LIMIT $8)
    UNION ALL
    (SELECT 'gatherings', g.id, word_similarity($2, g.folded) AS near FROM gathering g WHERE 'gatherings' = ANY ($3)
      AND g.hub_id = $1 AND g.status = 'published' AND $2 <% g.folded
      ORDER BY near DESC, g.ends_at > $5 DESC, abs(extract(epoch FROM g.starts_at - $5)), g.id LIMIT $8)
    UNION ALL
    (SELECT 'market', l.id, word_similarity($2, l.folded) AS near FROM listing l WHERE 'market' = ANY ($3)
      AND l.hub_id = $1 AND l.status = 'live' AND $2 <% l.folded ORDER BY near DESC, l.id DESC LIMIT $8)
    UNION ALL
    (SELECT 'members', m.id, word_similarity($2, m.folded) AS near FROM membership m WHERE 'members' = ANY ($3)
      AND m.hub_id = $1 AND m.status = 'active' AND m.is_listed AND m.hidden_reason IS NULL AND $2 <% m.folded
      AND NOT EXISTS (SELECT FROM member_block b
        WHERE b.hub_id = $1 AND b.account_id = m.account_id AND b.blocked_id = $4)
      AND {UNBLOCKED.format("m.account_id")} ORDER BY near DESC, m.joined_at DESC, m.id LIMIT $8)
    UNION ALL
    (SELECT 'pages', p.id, word_similarity($2, p.folded) AS near FROM hub_page p WHERE 'pages' = ANY ($3)
      AND p.hub_id = $1 AND $2 <% p.folded AND (p.locale = $6 OR (p.locale = $7 AND NOT EXISTS
        (SELECT FROM hub_page o WHERE o.hub_id = $1 AND o.locale = $6 AND o.slug = p.slug)))
      ORDER BY near DESC, p.id LIMIT $8)
  $query$ USING {rls.CURRENT_HUB}, given, areas, viewer, at, locale, fallback, at_most;
END $$
"""
# Over all hubs: only what anybody may open without belonging anywhere.
OPEN_HUB = "CROSS JOIN LATERAL (SELECT * FROM hub k WHERE k.id = {}.hub_id AND k.status <> 'closed' OFFSET 0) h"
OPEN_LISTINGS = f"""
CREATE FUNCTION find_open_listings(words text[], before uuid, at_most integer)
RETURNS TABLE (hub_id bigint, id uuid, title text, body text, price bigint, currency text, cover_seed text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE $query$
    SELECT l.hub_id, l.id, l.title, left(l.body_md, 4000), l.price, l.currency, l.cover_seed
    FROM listing l {OPEN_HUB.format("l")}
    WHERE l.status = 'live' AND l.terms @@ $1 AND ($2 IS NULL OR l.id < $2) ORDER BY l.id DESC LIMIT $3
  $query$ USING search_query('n', words), before, at_most;
END $$
"""
OPEN_GATHERINGS = f"""
CREATE FUNCTION find_open_gatherings(words text[], at timestamptz, after_at timestamptz, after_id uuid, at_most integer)
RETURNS TABLE (hub_id bigint, id uuid, slug text, title text, body text, place_name text, format text,
  starts_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE $query$
    SELECT g.hub_id, g.id, g.slug, g.title, left(g.body_md, 4000), g.place_name, g.format, g.starts_at
    FROM gathering g {OPEN_HUB.format("g")}
    WHERE g.status = 'published' AND g.terms @@ $1 AND g.ends_at > $2 AND g.starts_at > $2 - interval '14 days'
      AND coalesce((h.features ->> 'events')::boolean, true)
      AND ($3 IS NULL OR (g.starts_at, g.id) > ($3, $4)) ORDER BY g.starts_at, g.id LIMIT $5
  $query$ USING search_query('n', words), at, after_at, after_id, at_most;
END $$
"""
OPEN_PAGES = f"""
CREATE FUNCTION find_open_pages(words text[], locale text, after uuid, at_most integer)
RETURNS TABLE (hub_id bigint, id uuid, slug text, locale_of text, title text, body text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE $query$
    SELECT p.hub_id, p.id, p.slug, p.locale, p.title, left(p.body, 8000) FROM hub_page p {OPEN_HUB.format("p")}
    WHERE p.kind = 'page' AND p.terms @@ $1 AND ($3 IS NULL OR p.id > $3)
      AND (p.locale = $2 OR (p.locale = h.default_locale AND NOT EXISTS
        (SELECT FROM hub_page o WHERE o.hub_id = p.hub_id AND o.locale = $2 AND o.slug = p.slug)))
    ORDER BY p.id LIMIT $4
  $query$ USING search_query('n', words), locale, after, at_most;
END $$
"""
FUNCTIONS = {
    "find_posts(text[], uuid, integer, uuid, integer)": POSTS,
    "find_listings(text[], integer, uuid, integer)": LISTINGS,
    "find_gatherings(text[], timestamptz, integer, timestamptz, uuid, integer)": GATHERINGS,
    "find_people(text[], text[], uuid, integer, timestamptz, uuid, integer)": PEOPLE,
    "find_similar(text, text[], uuid, timestamptz, text, text, integer)": SIMILAR,
    "find_open_listings(text[], uuid, integer)": OPEN_LISTINGS,
    "find_open_gatherings(text[], timestamptz, timestamptz, uuid, integer)": OPEN_GATHERINGS,
    "find_open_pages(text[], text, uuid, integer)": OPEN_PAGES,
}


def upgrade() -> None:
    """Create."""
    for statement in HELPERS.values():
        op.execute(statement)
    for table, (terms, name, found) in TABLES.items():
        _make_searchable(table, terms, name, found)
    op.execute(SIMILAR_HUBS)
    # The network's listings, newest first, without looking into each hub by itself.
    op.create_index("ix_listing_network", "listing", ["id"], postgresql_where=sa.text(LIVE))
    for signature, statement in FUNCTIONS.items():
        op.execute(statement)
        for change in rls.definer(signature):
            op.execute(change)


def _make_searchable(table: str, terms: str, name: str, found: str) -> None:
    where = {"postgresql_where": sa.text(found)} if found else {}
    # Read far more often than written: what is new belongs into the index at once, not onto a list to be read first.
    how = {"postgresql_using": "gin", "postgresql_with": {"fastupdate": "off"}, **where}
    op.add_column(table, sa.Column("terms", TSVECTOR, sa.Computed(terms, persisted=True)))
    op.create_index(f"ix_{table}_terms", table, ["terms"], **how)
    if name:
        keys = ["folded"] if table == "hub" else ["hub_id", "folded"]
        op.add_column(table, sa.Column("folded", sa.Text, sa.Computed(name, persisted=True)))
        op.create_index(f"ix_{table}_folded", table, keys, postgresql_ops={"folded": "gin_trgm_ops"}, **how)


def downgrade() -> None:
    """Undo."""
    for signature in FUNCTIONS:
        for statement in rls.drop_definer(signature):
            op.execute(statement)
    op.drop_index("ix_listing_network", "listing")
    op.execute("DROP FUNCTION find_similar_hubs(text, integer)")
    for table, (_terms, name, _found) in TABLES.items():
        for column in ("folded", "terms") if name else ("terms",):
            op.drop_index(f"ix_{table}_{column}", table)
            op.drop_column(table, column)
    for signature in reversed(HELPERS):
        op.execute(f"DROP FUNCTION {signature}")
