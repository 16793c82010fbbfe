"""The sandbox's own database: created and brought up to date here, apart from the application's migrations."""

from __future__ import annotations

import psycopg
from psycopg import sql

_LOCK = 7_318_001  # two processes may start at once; one installs, the other waits

# Append only: each text runs once, in order, in the transaction that counts it.
VERSIONS: tuple[str, ...] = (
    """
    CREATE TABLE clock (
        id boolean PRIMARY KEY DEFAULT true CHECK (id),
        ahead_by interval NOT NULL DEFAULT '0' CHECK (ahead_by >= interval '0')
    );
    INSERT INTO clock DEFAULT VALUES;

    -- Everything with an id, in the shape in which the API shows it; `private` is what the API never shows.
    CREATE TABLE resource (
        id text PRIMARY KEY CHECK (id LIKE '%\\_sbx%'),
        kind text NOT NULL,
        account text NOT NULL,
        seq bigint GENERATED ALWAYS AS IDENTITY,
        created timestamptz NOT NULL,
        due_at timestamptz,
        body jsonb NOT NULL,
        private jsonb NOT NULL DEFAULT '{}'
    );
    CREATE INDEX resource_listed ON resource (kind, account, seq DESC);
    CREATE INDEX resource_due ON resource (due_at) WHERE due_at IS NOT NULL;
    CREATE INDEX resource_group ON resource ((body ->> 'transfer_group')) WHERE kind = 'transfer';
    CREATE INDEX resource_charge ON resource ((body ->> 'charge')) WHERE kind = 'refund';
    CREATE INDEX resource_intent ON resource ((body ->> 'payment_intent')) WHERE kind IN ('charge', 'checkout.session');

    -- The provider's books. `settled` lines are summed up in `balance`, so that a balance needs no full scan.
    CREATE TABLE balance_line (
        id text PRIMARY KEY CHECK (id LIKE 'txn\\_sbx%'),
        account text NOT NULL,
        seq bigint GENERATED ALWAYS AS IDENTITY,
        type text NOT NULL,
        source text NOT NULL,
        currency text NOT NULL CHECK (currency ~ '^[a-z]{3}$'),
        amount bigint NOT NULL,
        fee bigint NOT NULL DEFAULT 0 CHECK (fee >= 0),
        net bigint GENERATED ALWAYS AS (amount - fee) STORED,
        created timestamptz NOT NULL,
        available_on timestamptz NOT NULL,
        settled boolean NOT NULL DEFAULT false
    );
    CREATE INDEX balance_line_open ON balance_line (account, currency, available_on) WHERE NOT settled;
    CREATE INDEX balance_line_listed ON balance_line (account, seq DESC);
    CREATE INDEX balance_line_source ON balance_line (source);
    CREATE TABLE balance (
        account text NOT NULL,
        currency text NOT NULL,
        amount bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (account, currency)
    );

    CREATE TABLE idempotency (
        account text NOT NULL,
        key text NOT NULL,
        request_hash bytea NOT NULL,
        status int NOT NULL,
        body bytea NOT NULL,
        created timestamptz NOT NULL,
        PRIMARY KEY (account, key)
    );
    CREATE INDEX idempotency_created ON idempotency (created);

    CREATE TABLE endpoint (
        id text PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('platform', 'connect')),
        url text NOT NULL,
        secret text NOT NULL CHECK (secret <> ''),
        enabled boolean NOT NULL DEFAULT true
    );

    CREATE TABLE event (
        id text PRIMARY KEY CHECK (id LIKE 'evt\\_sbx%'),
        seq bigint GENERATED ALWAYS AS IDENTITY,
        account text NOT NULL,
        type text NOT NULL,
        created timestamptz NOT NULL,
        body jsonb NOT NULL
    );
    CREATE INDEX event_listed ON event (account, seq DESC);

    -- One row per event, endpoint and copy: a duplicate is a second copy, a dropped one is kept as dropped.
    CREATE TABLE delivery (
        event_id text NOT NULL REFERENCES event,
        endpoint_id text NOT NULL REFERENCES endpoint,
        copy int NOT NULL DEFAULT 0,
        state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed', 'dropped')),
        attempts int NOT NULL DEFAULT 0,
        next_at timestamptz NOT NULL,
        PRIMARY KEY (event_id, endpoint_id, copy)
    );
    CREATE INDEX delivery_due ON delivery (next_at) WHERE state = 'pending';
    CREATE TABLE delivery_attempt (
        event_id text NOT NULL,
        endpoint_id text NOT NULL,
        copy int NOT NULL,
        attempt int NOT NULL,
        at timestamptz NOT NULL,
        status int,
        error text,
        PRIMARY KEY (event_id, endpoint_id, copy, attempt),
        FOREIGN KEY (event_id, endpoint_id, copy) REFERENCES delivery
    );

    -- Planted faults, used up in order: `target` is the API or the webhooks, `matches` an operation or event type.
    CREATE TABLE fault (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        target text NOT NULL CHECK (target IN ('api', 'webhook')),
        matches text NOT NULL DEFAULT '',
        kind text NOT NULL,
        settings jsonb NOT NULL DEFAULT '{}',
        remaining int NOT NULL DEFAULT 1 CHECK (remaining >= 0)
    );
    """,
    """
    -- A sandbox that has seen nothing yet may begin in the past, so that a demonstration has one.
    ALTER TABLE clock DROP CONSTRAINT clock_ahead_by_check;
    """,
    """
    CREATE INDEX resource_customer ON resource ((body ->> 'customer'))
        WHERE kind IN ('payment_intent', 'payment_method');
    """,
    """
    -- A dispute that is won brings its fee back.
    ALTER TABLE balance_line DROP CONSTRAINT balance_line_fee_check;
    CREATE INDEX resource_disputed ON resource ((body ->> 'charge')) WHERE kind = 'dispute';
    """,
)


def install(dsn: str) -> None:
    """Create or upgrade the sandbox's tables in the database behind `dsn`; doing it again changes nothing."""
    with psycopg.connect(dsn) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        connection.execute("CREATE TABLE IF NOT EXISTS sandbox_version (version int PRIMARY KEY)")
        row = connection.execute("SELECT coalesce(max(version), 0) FROM sandbox_version").fetchone()
        done = int(row[0]) if row else 0
        for version, statements in enumerate(VERSIONS[done:], start=done + 1):
            connection.execute(statements.encode())
            connection.execute("INSERT INTO sandbox_version VALUES (%s)", (version,))


def remove(dsn: str) -> None:
    """Drop the sandbox with everything that happened in it; `install` makes a new one."""
    with psycopg.connect(dsn) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            connection.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(table)))
