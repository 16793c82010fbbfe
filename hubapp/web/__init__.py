"""HTTP toolkit that knows no domain: request scope, forms, errors, rendering, static files, security headers."""
