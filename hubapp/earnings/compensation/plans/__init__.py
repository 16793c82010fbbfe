"""The pure core: plan and frozen inputs in, exact lines out; no database, no web, no clock, no chance, no files.

Columns are numpy arrays by member index (members in ascending order of id), lists become arrays on the way in; passes
over the tree go by *place*, level by level. Integers are of 64 bits where a bound on their sums proves that nothing
leaves them, Python's beyond. All rates are basis points and all exact amounts integers in 1/10000 of a minor unit
("exact" in names), so that nothing is rounded before the total of a member and component is known.
"""
