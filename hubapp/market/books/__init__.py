"""The way home of every number: from a figure to its postings, from a posting to the order line and its rule, and back.

Composes the ledger, shares, orders and memberships of one hub; owns no tables. Terms: a *trail* is everything the
books and the shop know of one order; *reports* are a hub's months, the taxes in it, and the network's months.

Events published: none. Events answered: none.
"""
