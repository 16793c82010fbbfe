"""Mutation testing of the pure core: small faults planted one at a time, each of which some test has to find."""
