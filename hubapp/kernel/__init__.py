"""What knows no hubs: configuration, database, money, time, ids, refusals."""
