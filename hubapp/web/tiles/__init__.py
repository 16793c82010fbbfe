"""Drawings on a 100 × 100 field for cover art: plain SVG in the current colour, cut out with the class `ground`."""
