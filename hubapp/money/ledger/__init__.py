"""The books of a hub: double entry, append-only, hash-chained, balanced by the database itself.

Terms: an *entry* has two or more *postings* (legs) that sum to zero in one currency; debit is positive, credit
negative, so that what is owed to somebody is a negative balance. An *account* is (owner, purpose, currency). A posting
may say from when it is *available*; until then it is *held*. A *head* is the end of a hub's chain of entries.

Events published: none. Events answered: none.
"""
