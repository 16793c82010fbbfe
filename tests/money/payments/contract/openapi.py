"""Holds requests and answers against Stripe's own OpenAPI document, strictly: nothing unknown passes."""

from __future__ import annotations

import gzip
import io
import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jsonschema import Draft202012Validator
from werkzeug.formparser import MultiPartParser
from werkzeug.http import parse_options_header

DOCUMENT = Path(__file__).with_name("openapi.json.gz")
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


class OutOfContract(AssertionError):
    """A request or an answer that the document does not allow."""


def normal(node: Any) -> Any:
    """The document as JSON Schema: OpenAPI's `nullable` spelled out, objects closed to unknown properties."""
    if isinstance(node, list):
        return [normal(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: normal(value) for key, value in node.items() if key != "nullable" or isinstance(value, dict)}
    if made.get("type") == "object" and "properties" in made:
        made.setdefault("additionalProperties", False)
    return {"anyOf": [made, {"type": "null"}]} if node.get("nullable") is True else made


class Contract:
    """The document, ready to check."""

    def __init__(self) -> None:
        document = json.loads(gzip.decompress(DOCUMENT.read_bytes()))
        self.version: str = document["info"]["version"]
        self.schemas: dict[str, Any] = document["components"]["schemas"]
        self.components = {"schemas": normal(self.schemas)}
        self.routes = [
            (re.compile("^" + re.sub(r"\{[^}]+\}", "[^/]+", path) + "$"), operations)
            # Fixed paths first: /expire is no session's id.
            for path, operations in sorted(document["paths"].items(), key=lambda item: item[0].count("{"))
        ]
        self._validators: dict[str, Draft202012Validator] = {}

    def operation(self, method: str, url: str) -> dict[str, Any]:
        """The document's operation for a request."""
        path = urlsplit(url).path
        for pattern, operations in self.routes:
            if pattern.match(path) and method in operations:
                found: dict[str, Any] = operations[method]
                return found
        raise OutOfContract(f"The document has no {method.upper()} {path}.")

    def operation_methods(self, url: str) -> list[str]:
        """The methods that the document has for a URL."""
        path = urlsplit(url).path
        return [method for pattern, operations in self.routes if pattern.match(path) for method in operations]

    def check_request(self, method: str, url: str, body: str | bytes | None, content_type: str = FORM) -> None:
        """Raises OutOfContract for a parameter that is unknown, missing or of the wrong kind."""
        operation = self.operation(method, url)
        if isinstance(body, bytes):
            self._check_multipart(operation, body, content_type)
            return
        schema = _form_schema(operation) if method == "post" else _query_schema(operation)
        text = (body or "") if method == "post" else urlsplit(url).query
        data = self._coerced(_unflattened(parse_qsl(text, keep_blank_values=True)), schema)
        self._check(f"request {operation['operationId']}", schema, data)

    def _check_multipart(self, operation: dict[str, Any], body: bytes, content_type: str) -> None:
        kind, options = parse_options_header(content_type)
        form, files = MultiPartParser(stream_factory=lambda *_args, **_more: io.BytesIO()).parse(
            io.BytesIO(body), options["boundary"].encode(), len(body)
        )
        schema = operation["requestBody"]["content"][kind]["schema"]
        data = {**form.to_dict(), **dict.fromkeys(files, "bytes")}
        self._check(f"request {operation['operationId']}", schema, self._coerced(data, schema))

    def check_answer(self, method: str, url: str, status: int, body: str) -> None:
        """Raises OutOfContract for an answer that the provider would not give."""
        operation = self.operation(method, url)
        answers = operation["responses"]
        answer = answers.get(str(status), answers["default"])
        name = f"answer {operation['operationId']} {'ok' if str(status) in answers else 'error'}"
        self._check(name, answer["content"][JSON]["schema"], json.loads(body))

    def check_object(self, name: str, body: dict[str, Any]) -> None:
        """Raises OutOfContract for an object that is not shaped like the document's schema `name`."""
        self._check(f"object {name}", {"$ref": f"#/components/schemas/{name}"}, body)

    def _check(self, name: str, schema: dict[str, Any], data: Any) -> None:
        if name not in self._validators:
            self._validators[name] = Draft202012Validator({**normal(schema), "components": self.components})
        errors = [f"{'/'.join(map(str, e.path))}: {e.message[:300]}" for e in self._validators[name].iter_errors(data)]
        if errors:
            raise OutOfContract(f"{name}: " + "; ".join(errors))

    def _coerced(self, value: Any, schema: dict[str, Any]) -> Any:
        """A form's texts as the values that the schema means."""
        schema = self._resolved(schema)
        if "anyOf" in schema:
            return self._coerced_any(value, schema["anyOf"])
        if isinstance(value, dict) and schema.get("type") == "object":
            properties, rest = schema.get("properties", {}), schema.get("additionalProperties")
            rest = rest if isinstance(rest, dict) else {}
            return {key: self._coerced(item, properties.get(key, rest)) for key, item in value.items()}
        if isinstance(value, list) and schema.get("type") == "array":
            return [self._coerced(item, schema.get("items", {})) for item in value]
        return _scalar(value, schema.get("type")) if isinstance(value, str) else value

    def _coerced_any(self, value: Any, choices: list[dict[str, Any]]) -> Any:
        wanted = "object" if isinstance(value, dict) else "array" if isinstance(value, list) else None
        for choice in map(self._resolved, choices):
            if wanted is not None and choice.get("type") == wanted:
                return self._coerced(value, choice)
            if wanted is None and (made := self._coerced(value, choice)) is not value:
                return made
        return value

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = self.schemas[schema["$ref"].rpartition("/")[2]]
        return schema


def _form_schema(operation: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = operation["requestBody"]["content"][FORM]["schema"]
    return schema


def _query_schema(operation: dict[str, Any]) -> dict[str, Any]:
    parameters = [item for item in operation.get("parameters", ()) if item["in"] == "query"]
    return {
        "type": "object",
        "properties": {item["name"]: item["schema"] for item in parameters},
        "required": [item["name"] for item in parameters if item.get("required")],
        "additionalProperties": False,
    }


def _scalar(text: str, kind: str | None) -> Any:
    if kind == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    if kind == "boolean" and text in {"true", "false"}:
        return text == "true"
    return text


def _unflattened(pairs: list[tuple[str, str]]) -> Any:
    tree: dict[str, Any] = {}
    for name, text in pairs:
        *parents, last = [name.partition("[")[0], *re.findall(r"\[([^\]]*)\]", name)]
        here = tree
        for parent in parents:
            here = here.setdefault(parent, {})
        here[last] = text
    return _lists(tree)


def _lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if node and all(key.isdigit() for key in node):
        return [_lists(node[key]) for key in sorted(node, key=int)]
    return {key: _lists(value) for key, value in node.items()}


@cache
def contract() -> Contract:
    """The one contract: loading it takes a moment."""
    return Contract()
