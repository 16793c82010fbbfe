"""Community: what members of a hub do together."""
