"""A company that joins brings its history: sales files become hubs, orders and books, once and exactly.

Terms: *map* (says what a file's columns, countries and codes mean), *document* (an invoice or a cancellation of the
file), *customer* (who bought, known by the file's number only), *suspense* (what could not be explained, kept and
reported), *reject* (a line that cannot be read). Publishes and answers no events.
"""
