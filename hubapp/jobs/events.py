"""Publishing upwards: an event becomes one job per subscriber, in the publisher's own transaction."""

from __future__ import annotations

import dataclasses
import types
import typing
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from hubapp.jobs import queue

Event = TypeVar("Event")
Handler = Callable[[Any], None]

_subscribers: dict[type, list[str]] = {}


def on(
    event_type: type[Event], *, platform: str | None = None
) -> Callable[[Callable[[Event], None]], Callable[[Event], None]]:
    """Subscribe: the function is called with the event, at least once, in the event's hub.

    Handlers must be idempotent. `platform`: why this one has to see all hubs.
    """

    def register(function: Callable[[Event], None]) -> Callable[[Event], None]:
        name = f"{function.__module__.removeprefix('hubapp.')}:{function.__name__}"

        def run(**payload: Any) -> None:
            function(decode(event_type, payload))

        queue.registry.setdefault(name, queue.Task(name, run, platform, "default"))
        names = _subscribers.setdefault(event_type, [])
        if name not in names:
            names.append(name)
        return function

    return register


def publish(event: Any) -> None:
    """Tell the tiers above. The event's `hub_id` decides where its handlers run."""
    payload = encode(event)
    for name in _subscribers.get(type(event), []):
        queue.enqueue(name, hub_id=payload.get("hub_id"), arguments=payload)


def encode(event: Any) -> dict[str, Any]:
    """An event (frozen dataclass of ids, texts, numbers, times) as JSON values."""
    return {field.name: _plain(getattr(event, field.name)) for field in dataclasses.fields(event)}


def _plain(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if value is None or isinstance(value, (str, int, bool)):
        return value
    raise TypeError(f"events carry ids and plain values, not {type(value).__name__}")


def decode(event_type: type[Event], payload: dict[str, Any]) -> Event:
    """The event back from its JSON values."""
    hints = typing.get_type_hints(event_type)
    return event_type(**{name: _typed(hints[name], value) for name, value in payload.items()})


def _typed(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(hint, types.UnionType):
        hint = next(part for part in typing.get_args(hint) if part is not type(None))
    if hint is uuid.UUID:
        return uuid.UUID(value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    return value
