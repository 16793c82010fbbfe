"""What people of a hub do together: conversations, gatherings, news from the hub."""
