"""Reading a form-encoded request strictly: what an operation does not take is refused, never ignored."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from hubapp.money.payments.sandbox.errors import invalid_parameter, missing_parameter, unknown_parameter

Kind: TypeAlias = Literal["text", "int", "bool", "map", "object", "list"]

MAP_ENTRIES = 50
MAP_TEXT = 500


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter; `fields` are those of an object, or of each item of a list of objects."""

    kind: Kind = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    fields: dict[str, Param] = field(default_factory=dict)


TEXT = Param()
REQUIRED = Param(required=True)
INT = Param("int")
AMOUNT = Param("int", required=True)
BOOL = Param("bool")
MAP = Param("map")
TEXTS = Param("list")


def one_of(*choices: str, required: bool = False) -> Param:
    """A text with few allowed values."""
    return Param("text", required=required, choices=choices)


def nested(*, required: bool = False, **fields: Param) -> Param:
    """An object with these fields."""
    return Param("object", required=required, fields=fields)


def listed(*, required: bool = False, **fields: Param) -> Param:
    """A list of objects with these fields."""
    return Param("list", required=required, fields=fields)


def unflatten(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """`a[b][0]=c` as nested dictionaries; a list is a dictionary with numbers for keys."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        if "\0" in name + value:
            raise invalid_parameter(name.replace("\0", ""), "Invalid string: it contains a null character.")
        keys = [name.partition("[")[0], *re.findall(r"\[([^\]]*)\]", name)]
        here = tree
        for key in keys[:-1]:
            here = here.setdefault(key, {})
            if not isinstance(here, dict):
                raise invalid_parameter(name, f"Invalid parameter: {name}")
        here[keys[-1] or str(len(here))] = value
    return tree


def read(tree: dict[str, Any], fields: dict[str, Param], *, path: str = "") -> dict[str, Any]:
    """The request's values, typed; raises ApiError for what is unknown, missing or malformed."""
    for name in tree:
        if name not in fields:
            raise unknown_parameter(f"{path}[{name}]" if path else name)
    values: dict[str, Any] = {}
    for name, param in fields.items():
        label = f"{path}[{name}]" if path else name
        if name not in tree:
            if param.required:
                raise missing_parameter(label)
            continue
        values[name] = _value(tree[name], param, label)
    return values


def _value(raw: Any, param: Param, label: str) -> Any:
    match param.kind:
        case "object":
            return read(_tree(raw, label), param.fields, path=label)
        case "map":
            return _map(_tree(raw, label), label)
        case "list":
            return _list(_tree(raw, label), param, label)
    if not isinstance(raw, str):
        raise invalid_parameter(label, f"Invalid value for {label}: expected a single value.")
    return _scalar(raw, param, label)


def _scalar(raw: str, param: Param, label: str) -> str | int | bool:
    if param.kind == "int":
        if not re.fullmatch(r"-?\d{1,18}", raw):
            raise invalid_parameter(label, f"Invalid integer: {raw}")
        return int(raw)
    if param.kind == "bool":
        if raw not in {"true", "false"}:
            raise invalid_parameter(label, f"Invalid boolean: {raw}")
        return raw == "true"
    if param.required and not raw:
        raise invalid_parameter(label, f"You passed an empty string for '{label}'.")
    if param.choices and raw not in param.choices:
        raise invalid_parameter(label, f"Invalid {label}: must be one of {', '.join(param.choices)}")
    return raw


def _tree(raw: Any, label: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise invalid_parameter(label, f"Invalid value for {label}: expected an object or a list.")
    return raw


def _list(tree: dict[str, Any], param: Param, label: str) -> list[Any]:
    if not all(key.isdigit() for key in tree):
        raise invalid_parameter(label, f"Invalid array: {label}")
    items = [tree[key] for key in sorted(tree, key=int)]
    if not param.fields:
        return [_value(item, TEXT, label) for item in items]
    return [read(_tree(item, label), param.fields, path=f"{label}[{at}]") for at, item in enumerate(items)]


def _map(tree: dict[str, Any], label: str) -> dict[str, str]:
    if len(tree) > MAP_ENTRIES:
        raise invalid_parameter(label, f"{label} may have at most {MAP_ENTRIES} keys.")
    for name, value in tree.items():
        if not isinstance(value, str) or len(value) > MAP_TEXT:
            raise invalid_parameter(
                f"{label}[{name}]", f"Values of {label} are texts of at most {MAP_TEXT} characters."
            )
    return dict(tree)
