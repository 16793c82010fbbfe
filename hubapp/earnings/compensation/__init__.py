"""Compensation: what the plan pays for a period's sales of the core's product line.

Terms: *plan* (one version of the rules, per currency), *volume* (CV commissionable, PV points, GV own and downline),
*breakage* (what the plan could have paid and did not), *forfeit* (earned, and not paid by a rule on the member).
"""
