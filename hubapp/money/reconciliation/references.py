"""Who knows which entries of the books a payment's reference stands for: slices above say it when they are loaded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeAlias

# (hub, references) → reference → the `ref` of each entry that settled it.
Resolver: TypeAlias = Callable[[int, Collection[str]], Mapping[str, Sequence[str]]]

_known: dict[str, Resolver] = {}


def register(prefix: str, resolver: Resolver) -> None:
    """Let `resolver` answer for references that begin with `prefix`, e.g. `checkout:`; called in the platform scope."""
    _known[prefix] = resolver


def refs_of(references: Collection[tuple[int, str]]) -> dict[tuple[int, str], set[str]]:
    """(hub, reference) → refs of the entries about it. A reference always stands for itself as well."""
    found: dict[tuple[int, str], set[str]] = {pair: {pair[1]} for pair in references}
    for prefix, resolver in _known.items():
        for hub_id in {hub for hub, reference in references if reference.startswith(prefix)}:
            wanted = [reference for hub, reference in references if hub == hub_id and reference.startswith(prefix)]
            for reference, refs in resolver(hub_id, wanted).items():
                found[hub_id, reference] |= set(refs)
    return found
