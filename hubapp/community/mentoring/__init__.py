"""Welcoming newcomers: each gets a mentor and a plan of first steps.

Terms: a *mentor* is a member whom the connector asked and who said yes; a *newcomer* is a member whose plan is open; a
*step* ticks itself off from what really happened: they said hello, told something of themselves, registered for a
gathering, bought or offered something. Done, dismissed, or after two months, the plan goes away.

Publishes nothing; answers MemberJoined, and each night the clock.
"""
