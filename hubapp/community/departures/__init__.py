"""Leaving a hub: what is still open, one's data in a file, and what stays without a name.

Terms: *obligation* (something open that must be settled first), *takeout* (a ZIP of all that is somebody's in one hub,
kept for some days and for them alone). Asks the slices that hold something; publishes nothing of its own (membership
says MemberLeft).
"""
