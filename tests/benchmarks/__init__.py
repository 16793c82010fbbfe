"""Benchmarks: what the goals of speed say, measured on this machine in one run."""
