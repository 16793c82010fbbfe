"""Pure rules of gatherings: dates that repeat, seats and queues, what may be written, and calendar files."""
