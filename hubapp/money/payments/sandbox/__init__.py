"""The sandbox: a payment provider of our own that speaks Stripe, with its own database, clock and pages."""
