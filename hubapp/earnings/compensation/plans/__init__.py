"""The pure core: plan and frozen inputs in, exact lines out; no database, no web, no clock, no chance, no files.

Columns are plain lists of Python integers by member index (members in ascending order of id), passes go over one
topological order. All rates are basis points and all exact amounts integers in 1/10000 of a minor unit ("exact" in
names), so that nothing is rounded before the total of a member and component is known.
"""
