"""What members tell of themselves in a hub, to whom, and whom they want nothing to do with.

Terms: a *tag* is a few words of what somebody offers, seeks, knows or speaks, in small letters; an *audience* is who
may see a field: everybody, the hub's members, its connectors, nobody; a *portrait* is a member's photo, which stands
wherever their name does, for its audience; a *block* keeps one member away from another, who is not told. What a viewer
may not see is never asked of the database, and does not find anybody either; a portrait is asked with the name, and
left out of the page. Publishes and answers nothing.
"""
