"""The digest of what a run reads and of what it pays: the same for the same facts in any order, whatever holds them.

Form 2, which begins with "v2:", is the sha256 of whole columns. A column is a line `name kind count` in ASCII and then
its values: `q`, 64-bit integers, the lowest byte first; `d`, where one does not fit, each written out and ended by a
newline; `t`, texts as netstrings (`3:abc,`), UTF-8. Members and orders stand in ascending order of id, and who sponsors
or sells, or which hub it is, is a place in that order, or -1. What has few values (ranks, kinds) is a place in the
sorted list of those that occur, which stands before it as JSON. Hubs, which are few, are JSON, a line each.

Runs that were made before are digested row by row: see `rows`, form 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import chain
from json import dumps
from typing import Any

import numpy as np

from hubapp.earnings.compensation.plans import explain, rows
from hubapp.earnings.compensation.plans.columns import Column, coded, integers, plain
from hubapp.earnings.compensation.plans.engine import Result
from hubapp.earnings.compensation.plans.inputs import Inputs
from hubapp.earnings.compensation.plans.names import Uuids, order_of

FORM = 2
MARK = "v2:"
AT_ONCE = 100_000
DASHES = (8, 13, 18, 23)  # in a UUID as text


def form_of(digest: str) -> int:
    """In which form a digest was made."""
    return FORM if digest.startswith(MARK) else 1


def of_inputs(inputs: Inputs, *, version: str = "", form: int = FORM) -> str:
    """Of everything that a run reads, and of its version's own digest."""
    if form == 1:
        found = rows.of_inputs(inputs)
        return sha256(f"{version}\n{found}".encode()).hexdigest() if version else found
    order, people = _sorted(inputs.orders.ids), _sorted(inputs.members.ids)
    whole = sha256(f"inputs {FORM} {version}\n".encode())
    for part in chain(_members(inputs, people), _orders(inputs, order, people), _hubs(inputs)):
        whole.update(part)
    return MARK + whole.hexdigest()


def of_result(result: Result, *, form: int = FORM) -> str:
    """Of everything that a run pays and of what is lost, member by member, and of what stays with the company."""
    if form == 1:
        return rows.of_result(result)
    people, whole = _sorted(result.ground.members.ids), sha256(f"result {FORM}\n".encode())
    for part in chain(_texts("member", result.ground.members.ids, people), _amounts(result, people)):
        whole.update(part)
    for name, left in explain.breakage(result).items():
        whole.update(dumps(("breakage", name, [(why, int(exact)) for why, exact in sorted(left.items())])).encode())
    return MARK + whole.hexdigest()


def _amounts(result: Result, people: Column) -> Iterator[bytes]:
    for paid, final in zip(result.paid, result.capped, strict=True):
        name, kept = paid.component.id, paid.kept
        columns = {
            "amount": final,
            "rounded": paid.rounded,
            "exact": kept.exact,
            "lost": kept.forfeited,
            "why": kept.why,
        }
        for what, column in columns.items():
            yield from _numbers(f"{name}.{what}", column, people)


def _members(inputs: Inputs, people: Column) -> Iterator[bytes]:
    members = inputs.members
    yield from _texts("member", members.ids, people)
    yield from _numbers("member.sponsor", _moved(members.tree.parent, people), people)
    yield from _named("member.rank", members.coded_ranks(), people)
    yield from _numbers("member.active", members.active, people)
    for name in ("customers", "customer_pv", "customer_cv", "earlier_cv"):
        yield from _numbers(f"member.{name}", getattr(members, name), people)


def _orders(inputs: Inputs, order: Column, people: Column) -> Iterator[bytes]:
    orders, hubs = inputs.orders, _sorted(inputs.hubs.ids)
    kinds: tuple[Column, list[str | None]] = (
        coded(orders.kind, orders.kind_names) if len(orders.kind) else (np.zeros(len(order), np.int8), [""])
    )
    yield from _texts("order", orders.ids, order)
    yield from _numbers("order.seller", _moved(orders.seller, people), order)
    yield from _numbers("order.hub", _moved(orders.hub, hubs), order)
    yield from _named("order.kind", kinds, order)
    for name in ("buyer", "amount", "cv", "pv"):
        yield from _numbers(f"order.{name}", getattr(orders, name), order)


def _hubs(inputs: Inputs) -> list[bytes]:
    return [f"{line}\n".encode() for line in sorted(rows.of_hubs(inputs))]


def _sorted(ids: Sequence[Any]) -> Column:
    """The places in ascending order of id."""
    if isinstance(ids, Uuids):
        return order_of(ids.raw)
    names = [str(name) for name in plain(ids)]
    return np.array(sorted(range(len(names)), key=names.__getitem__), np.intp)


def _moved(places: Column, order: Column) -> Column:
    """Places in a column as places in its sorted order; -1 stays."""
    there = np.full(len(order) + 1, -1, np.int32)
    there[order] = np.arange(len(order), dtype=np.int32)
    return there.take(places)


def _named(name: str, coded_: tuple[Column, Sequence[str | None]], order: Column) -> Iterator[bytes]:
    """Few different texts: those that occur, sorted, and the place of each value among them."""
    codes, names = coded_
    used = np.flatnonzero(np.bincount(codes, minlength=len(names))).tolist() if len(codes) else []
    listed = sorted({names[code] for code in used}, key=lambda one: one or "")
    place = {one: at for at, one in enumerate(listed)}
    yield (dumps(listed) + "\n").encode()
    table = np.zeros(len(names), np.int32)
    table[used] = [place[names[code]] for code in used]
    yield from _numbers(name, table.take(codes) if len(codes) else codes, order)


def _numbers(name: str, column: Column, order: Column) -> Iterator[bytes]:
    column = integers(column)
    kind = "d" if column.dtype == object else "q"
    yield f"{name} {kind} {len(column)}\n".encode()
    for at in range(0, len(column), AT_ONCE):
        part = column.take(order[at : at + AT_ONCE])
        yield "".join(f"{number}\n" for number in part).encode() if kind == "d" else part.astype("<i8").tobytes()


def _texts(name: str, ids: Sequence[Any], order: Column) -> Iterator[bytes]:
    yield f"{name} t {len(ids)}\n".encode()
    if isinstance(ids, Uuids):
        for at in range(0, len(ids), AT_ONCE):
            yield _uuids(ids.raw.take(order[at : at + AT_ONCE]))
        return
    for place in order.tolist():
        text = str(ids[place]).encode()
        yield b"%d:%b," % (len(text), text)


def _uuids(raw: Column) -> bytes:
    """The netstrings of so many UUIDs, as if each had been written out by itself."""
    digits = np.frombuffer(raw.tobytes().hex().encode(), np.uint8).reshape(len(raw), 32)
    found = np.full((len(raw), len("36:,") + 36), ord("-"), np.uint8)
    found[:, :3], found[:, -1] = list(b"36:"), ord(",")
    found[:, [3 + at for at in range(36) if at not in DASHES]] = digits
    return found.tobytes()
