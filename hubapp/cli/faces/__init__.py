"""Drawn portraits of the demo's invented people: who looks how, and how that is drawn. The same on each run."""
