"""The faults that are planted in a module: where they are, what each changes, and the code with one of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

COMPARED = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
RECKONED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.RShift: ast.LShift,
}
REMOVED = (ast.Assign, ast.AugAssign, ast.Raise, ast.Continue, ast.Break)
# Types, decorators and class headers say nothing that a test could see.
UNSEEN = ("annotation", "returns", "decorator_list", "bases")
# Arguments that only guard against what cannot be, or only save a copy.
UNTOLD = ("strict", "copy")


Home = tuple[str, int]  # the name of a function of a module or class, and its first line


@dataclass(frozen=True, slots=True)
class Fault:
    """One change of one node (its place in the order of the walk), with the words for the report.

    `home`: the function whose body it stands in; None: it takes effect when the module is imported. `text`: its line.
    """

    path: Path
    line: int
    text: str
    node: int
    variant: int
    words: str
    home: Home | None

    def code(self) -> CodeType:
        """The module with the fault in it."""
        tree = ast.parse(self.path.read_text())
        places = list(_walk(tree))
        place = places[self.node]
        place.put(_variants(place)[self.variant])
        return compile(ast.fix_missing_locations(tree), str(self.path), "exec")


@dataclass(frozen=True, slots=True)
class Place:
    """A node and the field of its parent that holds it."""

    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None
    home: Home | None

    def put(self, new: ast.AST) -> None:
        """Put another node there."""
        ast.copy_location(new, self.node)
        if self.index is None:
            setattr(self.parent, self.field, new)
        else:
            getattr(self.parent, self.field)[self.index] = new


def faults(path: Path) -> Iterator[Fault]:
    """Every fault of a module, from its top to its end."""
    source = path.read_text()
    lines = ["", *source.splitlines()]
    for number, place in enumerate(_walk(ast.parse(source))):
        line = getattr(place.node, "lineno", 0)
        for variant, new in enumerate(_variants(place)):
            words = f"{_text(place.node)} → {_text(new)}"
            yield Fault(path, line, lines[line].strip(), number, variant, words, place.home)


def _text(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split()) if not isinstance(node, ast.Pass) else "(removed)"


def _walk(parent: ast.AST, home: Home | None = None) -> Iterator[Place]:
    """Every node that may hold a fault, in the order of the text."""
    is_function = isinstance(parent, ast.FunctionDef) and home is None
    for field, value in ast.iter_fields(parent):
        if field in UNSEEN or (isinstance(parent, ast.AnnAssign) and field != "value"):
            continue
        if isinstance(parent, ast.keyword) and parent.arg in UNTOLD:
            continue
        for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST) and not isinstance(node, ast.Assert | ast.JoinedStr | ast.Import):
                inside = _home(parent) if is_function and field == "body" else home
                yield Place(node, parent, field, index, inside)
                yield from _walk(node, inside)


def _home(function: ast.AST) -> Home:
    """As its code object is known: a decorated function begins with its first decorator."""
    assert isinstance(function, ast.FunctionDef)
    return function.name, min([function.lineno, *(one.lineno for one in function.decorator_list)])


def _variants(place: Place) -> list[ast.AST]:
    return _of_expression(place.node) if isinstance(place.node, ast.expr) else _of_statement(place)


def _of_expression(node: ast.expr) -> list[ast.AST]:
    found: list[ast.AST] = []
    match node:
        case ast.Compare(ops=[op]) if type(op) in COMPARED:
            found = [ast.Compare(node.left, [COMPARED[type(op)]()], node.comparators)]
        case ast.BinOp() if type(node.op) in RECKONED and not _is_text(node):
            found = [ast.BinOp(node.left, RECKONED[type(node.op)](), node.right)]
        case ast.BoolOp():
            found = [ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)]
        case ast.UnaryOp(op=ast.Not() | ast.Invert()):
            found = [node.operand]
        case ast.Constant(value=bool()):
            found = [ast.Constant(not node.value)]
        case ast.Constant(value=int(number)):
            found = [ast.Constant(number + 1), ast.Constant(number - 1)]
    return found


def _of_statement(place: Place) -> list[ast.AST]:
    node, found = place.node, list[ast.AST]()
    match node:
        case ast.Return(value=ast.AST() as value) if not _is_nothing(value):
            found = [ast.Return(ast.Constant(None))]
        case ast.AugAssign() if type(node.op) in RECKONED:
            found = [ast.AugAssign(node.target, RECKONED[type(node.op)](), node.value), ast.Pass()]
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()):
            found = [ast.Pass()]
        case _ if isinstance(node, REMOVED) and not isinstance(place.parent, ast.Module):
            found = [ast.Pass()]
    return found


def _is_text(node: ast.BinOp) -> bool:
    """Words are put together with + too, and types with |."""
    sides = [side for side in ast.walk(node) if isinstance(side, ast.JoinedStr)]
    texts = [side for side in ast.walk(node) if isinstance(side, ast.Constant) and isinstance(side.value, str)]
    return bool(sides or texts)


def _is_nothing(value: ast.AST) -> bool:
    return isinstance(value, ast.Constant) and value.value is None
