"""One hub's front door and the network's: front pages, pages, brand and its files, the connector's shell, health.

Composes the slices beneath and owns no tables. Publishes and answers no events.
"""
