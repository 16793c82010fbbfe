"""`if htmx:` asks whether a request wants a fragment instead of a page; every URL answers both."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Response, make_response
from flask.typing import ResponseReturnValue
from flask_htmx import HTMX

htmx = HTMX()
WAITS = b"data-waits"  # what layouts/_waiting.html puts on a page that asks again by itself
P = ParamSpec("P")


def asked_again(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """A page that waits for something and asks again: nothing (204) while it waits, then it is to load itself anew.

    Without JavaScript it loads itself anew all the while. Either way what comes then may lead anywhere.
    """

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        found = make_response(view(*args, **kwargs))
        if not htmx:
            return found
        if WAITS in found.get_data():
            return Response(status=204)
        return Response(headers={"HX-Refresh": "true"})

    return answer
