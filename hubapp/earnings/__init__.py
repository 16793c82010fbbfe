"""Earnings: who gets which part of a sale, and how it reaches them."""
