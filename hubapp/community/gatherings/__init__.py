"""Gatherings: what happens in a hub at a time, in place or online, and who comes.

Terms: a *series* repeats and makes dated gatherings ahead; a *registration* holds one or more *seats*, each with a
*ticket*; who finds no seat *waits*, and moves up in order. Times are kept in UTC and lived in the hub's time zone.
Publishes GatheringPublished, GatheringMoved, GatheringCanceled, RegistrationConfirmed, RegistrationQueued,
RegistrationMovedUp, SeatOffered, RegistrationCanceled and TicketCheckedIn. Seats are free, or cost a price: then they
are *kept* while they are paid through an order, and who waits is asked, with time to pay.
"""
