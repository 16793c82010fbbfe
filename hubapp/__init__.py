"""hubapp: software that lets a company grow through local hubs."""
