"""Selling and buying in a hub: catalogue (what is offered) and, above it, orders (what was bought)."""
