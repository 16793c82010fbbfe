"""People: accounts, what is sent to them, and their memberships in hubs."""
