"""Handing a hub on: a connector (or the central team) proposes somebody, they accept, and it is theirs at once.

Terms: *handover* (a proposal that one member take over from another, or a hub that has nobody). Publishes
HandoverProposed, HandoverAccepted, HandoverClosed; answers its own, to tell those concerned.
"""
