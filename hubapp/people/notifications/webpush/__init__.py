"""Web Push without the domain: messages only their browser can read, the server's pass, the way to push services."""
