"""Response headers for every answer: a strict content policy, no sniffing, no framing, no leaking referrers."""

from __future__ import annotations

from flask import Flask, Response, request

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)


def install(app: Flask, *, form_targets: str, is_https: bool) -> None:
    """Add the headers. `form_targets`: hosts a form may lead to by redirect (sign-in, the provider's card page)."""
    policy = f"{CSP}; form-action 'self' {form_targets}"

    @app.after_request
    def secure(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=()")
        if is_https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if response.mimetype == "text/html":
            headers.setdefault("Cache-Control", "private, no-cache")
            headers.add("Vary", "HX-Request, HX-Request-Type, Cookie")
        if request.method not in {"GET", "HEAD", "OPTIONS"}:
            headers["Cache-Control"] = "no-store"
        return response
