"""Jobs in the same database: enqueued in the caller's transaction, run at least once, hub by hub."""
