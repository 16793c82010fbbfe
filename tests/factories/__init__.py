"""Small builders of valid rows for tests, on the real database."""
