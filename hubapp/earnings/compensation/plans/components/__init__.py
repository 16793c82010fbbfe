"""One module per family of components: `compute` for everybody at once, `explain` for one member's line."""
