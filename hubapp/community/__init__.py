"""What people of a hub do together beside buying and selling."""
