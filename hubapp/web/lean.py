"""Scripts as they are sent: without comments on lines of their own, and with fewer lines and spaces."""

from __future__ import annotations

import re

_BLOCK = re.compile(r"^[ \t]*/\*.*?\*/[ \t]*\n", re.MULTILINE | re.DOTALL)
_LINE = re.compile(r"^[ \t]*//[^\n]*\n", re.MULTILINE)
_EDGE = re.compile(r"^[ \t]+|[ \t]+$|\n(?=\n)", re.MULTILINE)
# Texts stay as they are; around these signs no space says anything. (Around + and - it may.)
_TEXT = r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|`(?:[^`\\\n]|\\.)*`'
_SPACED = re.compile(rf"({_TEXT})| *(=>|[=!]==?|&&|\|\||\?\?=?|[,;:?=(){{}}\[\]]) *")
# No statement ends after these, and none goes on before those: the end of the line says nothing there.
_OPENING, _CLOSING = ("{", "(", "[", ",", ";"), ("}", ")", "]")


def lean(script: str) -> str:
    """The same script in fewer bytes.

    Ours have neither texts over several lines nor a text with a quoted one in it, nor spaces in regular expressions.
    """
    lines: list[str] = []
    plain = _EDGE.sub("", _LINE.sub("", _BLOCK.sub("", script)))
    for line in _SPACED.sub(lambda found: found[1] or found[2], plain).strip().splitlines():
        # A comment behind something ends with its line.
        is_open = bool(lines) and "//" not in lines[-1]
        if is_open and (lines[-1].endswith(_OPENING) or line.startswith(_CLOSING)):
            lines[-1] += line
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"
