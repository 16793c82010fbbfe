"""What the sandbox answers when it refuses, in the provider's own words and shapes."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An error answer. `executed` says the operation had begun, so the idempotency key keeps this answer.

    `lasts`: what the operation wrote stays, as a charge that a bank refused does.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        executed: bool = False,
        lasts: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.executed = executed or lasts
        self.lasts = lasts
        parts = {"type": kind, "message": message, "code": code, "param": param}
        self.body: dict[str, Any] = {"error": {name: value for name, value in parts.items() if value is not None}}


class LostConnection(Exception):
    """A planted fault: the caller sees the line break and cannot know what happened."""


def unknown_parameter(name: str) -> ApiError:
    """The request names something that this operation does not take."""
    return ApiError(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def missing_parameter(name: str) -> ApiError:
    """The request lacks something that this operation needs."""
    return ApiError(f"Missing required param: {name}.", code="parameter_missing", param=name)


def invalid_parameter(name: str, message: str) -> ApiError:
    """The request names something with a value that makes no sense."""
    return ApiError(message, param=name)


def no_such(kind: str, object_id: str) -> ApiError:
    """No object with this id, or it belongs to another account."""
    return ApiError(f"No such {kind}: '{object_id}'", status=404, code="resource_missing", param="id")


def balance_insufficient() -> ApiError:
    """The money is not there, or not there yet."""
    message = "You have insufficient available funds in the sandbox account."
    return ApiError(message, code="balance_insufficient", executed=True)


def card_error(error: dict[str, Any], *, intent: dict[str, Any]) -> ApiError:
    """A bank's refusal, with the intent as it is now."""
    refused = ApiError(str(error["message"]), status=402, kind="card_error", code=error["code"], lasts=True)
    refused.body["error"] |= {**error, "payment_intent": intent}
    return refused
