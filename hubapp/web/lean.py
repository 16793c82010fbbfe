"""Scripts as they are sent: without indentation, without comments on lines of their own, and with fewer lines."""

from __future__ import annotations

import re

_BLOCK = re.compile(r"^[ \t]*/\*.*?\*/[ \t]*\n", re.MULTILINE | re.DOTALL)
_LINE = re.compile(r"^[ \t]*//[^\n]*\n", re.MULTILINE)
_EDGE = re.compile(r"^[ \t]+|[ \t]+$|\n(?=\n)", re.MULTILINE)
# No statement ends after these, and none goes on before those: the end of the line says nothing there.
_OPENING, _CLOSING = ("{", "(", "[", ",", ";"), ("}", ")", "]")


def lean(script: str) -> str:
    """The same script in fewer bytes. Ours have no texts over several lines, which this would change."""
    lines: list[str] = []
    for line in _EDGE.sub("", _LINE.sub("", _BLOCK.sub("", script))).strip().splitlines():
        # A comment behind something ends with its line.
        is_open = bool(lines) and "//" not in lines[-1]
        if is_open and (lines[-1].endswith(_OPENING) or line.startswith(_CLOSING)):
            lines[-1] += line
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"
