"""What members tell of themselves in a hub, to whom, and whom they want nothing to do with.

Terms: a *tag* is a few words of what somebody offers, seeks, knows or speaks, in small letters; an *audience* is who
may see a field: everybody, the hub's members, its connectors, nobody; a *block* keeps one member away from another,
who is not told. What a viewer may not see is never asked of the database, and does not find anybody either.
Publishes and answers nothing.
"""
