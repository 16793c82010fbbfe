"""Retainers: fixed amounts that the network pays somebody every week or month for what they do for a hub.

Terms: a *retainer* is what was agreed with a person (amount, rhythm, first and perhaps last day); two people of the
central team agree to it, one proposing, another approving. A *period* is a week or a month from the first day on; it is
earned once, when it is over. An amount is never changed: one retainer ends and another is agreed.

Events published: none. Events answered: none; a sweep by the clock earns what is due.
"""
