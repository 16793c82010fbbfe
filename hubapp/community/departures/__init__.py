"""Leaving a hub."""
