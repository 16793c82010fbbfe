"""Reconciliation: the provider's balance transactions held against the books of all hubs, one by one and in sum.

Terms: *line* (one balance transaction of the provider, mirrored here), *difference* (a line or an entry without its
counterpart, or with another amount; `explained` by a rule or a person, else `open`), *suspense* (the account that takes
money which nobody can explain, and gives it back when its counterpart is found). Publishes and answers no events.
"""
