"""Gatherings: what happens in a hub at a time, in place or online, and who comes.

Terms: a *series* repeats and makes dated gatherings ahead; a *registration* holds one or more *seats*, each with a
*ticket*; who finds no seat *waits*, and moves up in order. Times are kept in UTC and lived in the hub's time zone.
Publishes GatheringPublished, GatheringMoved, GatheringCanceled, RegistrationConfirmed, RegistrationQueued,
RegistrationMovedUp, RegistrationCanceled and TicketCheckedIn. Gatherings are free of charge.
"""
