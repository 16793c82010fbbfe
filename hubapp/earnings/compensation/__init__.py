"""Compensation: what the plan pays for a period's sales of the core's product line.

Terms: *plan* (one version of the rules, per currency), *volume* (CV commissionable, PV points, GV own and downline),
*period* (a month or a week of the plan's own time zone), *run* (a plan computed over a period, up to a *cutoff*: dry,
to close it, or again after late refunds), *freeze* (what a run has read: the cutoff and a number that the database
counts, so that it is the same for good), *line* (what a component of a run pays one person in one hub's books),
*witness* (the sale behind a line), *task* (a run or a close that somebody asked for and a job does), *breakage* (what
the plan could have paid and did not), *forfeit* (earned, and not paid by a rule on the member), *paid-as rank* (the
step of each component that volumes reach in the period).

A version is drafted by one and announced by two, ahead of its first day, and stays. A period is closed once, in order,
when the time for returns is over; its lines are written in one transaction and booked hub by hub by jobs, each once.

Events published: PlanAnnounced, PeriodClosed. Events answered: both, by notices; PeriodClosed, by the signed files
that it changes; ConnectorChanged. A sweep by the clock goes on with what was left.
"""
