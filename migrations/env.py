"""Alembic's environment: online only, as the owner, under a lock, with timeouts."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool

from hubapp.kernel.db import Base
from hubapp.kernel.indexes import LIMITS

MIGRATION_LOCK = 7_415_001  # any number, always the same one


def run() -> None:
    """Apply migrations on the URL that hubapp.kernel.migrate passes in."""
    engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({MIGRATION_LOCK})")
        for limit in LIMITS:
            connection.exec_driver_sql(limit)
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transaction_per_migration=True,
            compare_server_default=False,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
