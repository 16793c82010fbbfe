"""Whether a plan may be used: what it could pay at worst, what it rewards, and what the law leaves no room for."""
