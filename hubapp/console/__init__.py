"""All hubs: the central team's pages, on the central domain under `/console/`. Composes slices, owns no tables.

Terms: *proof* (a verification of a hub's books), *wizard* (the steps that open a hub; what was answered waits, signed,
in the browser's session). Every act here is in the audit log with who did it and, where it is a decision, why.
"""
