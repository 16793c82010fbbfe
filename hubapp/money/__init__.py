"""Money: the books, and the payments that feed them."""
