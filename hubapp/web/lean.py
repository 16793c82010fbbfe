"""Scripts as they are sent: without indentation, without comments on lines of their own, and with fewer lines."""

from __future__ import annotations

import re

_BLOCK = re.compile(r"^[ \t]*/\*.*?\*/[ \t]*\n", re.MULTILINE | re.DOTALL)
_LINE = re.compile(r"^[ \t]*//[^\n]*\n", re.MULTILINE)
_EDGE = re.compile(r"^[ \t]+|[ \t]+$|\n(?=\n)", re.MULTILINE)
# No statement ends after these, and none goes on beyond a brace: the end of the line says nothing there.
_JOINT = re.compile(r"(?<=[{(\[,;])\n|\n(?=[})\]])")


def lean(script: str) -> str:
    """The same script in fewer bytes. Ours have no texts over several lines, which this would change."""
    return _JOINT.sub("", _EDGE.sub("", _LINE.sub("", _BLOCK.sub("", script)))).strip() + "\n"
