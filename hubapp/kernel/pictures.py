"""Uploaded pictures, made new as WebP in a process of their own: nothing of the original survives but what it shows.

`python -m hubapp.kernel.pictures whole|square MAX_PIXELS WIDTH…` reads a picture from standard input and writes its
sizes. A decoder that eats memory or hangs takes that process with it, not the web server, which never loads the picture
library.
"""

from __future__ import annotations

import base64
import io
import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

WIDTHS = (320, 640, 1280)
MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
SECONDS = 20
MEMORY = 1024 * 1024 * 1024
QUALITY = 80


class NotAPicture(ValueError):
    """The bytes are no picture of a kind that is taken, or too large; `reason` is type, size, pixels or broken."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Sizes:
    """A picture in several widths: `files` maps width to WebP bytes; `width` × `height` is the largest."""

    width: int
    height: int
    files: dict[int, bytes]


def reencode(content: bytes, *, max_pixels: int = MAX_PIXELS) -> Sizes:
    """Make a picture new in the widths of WIDTHS that it has. Raises NotAPicture.

    Positions, cameras and names in its metadata are lost on purpose; its orientation is applied first.
    """
    return _made(content, "whole", max_pixels, WIDTHS)


def reencode_square(content: bytes, *, sides: Sequence[int], max_pixels: int = MAX_PIXELS) -> Sizes:
    """Make the middle of a picture new as a square, in each of these sides, whatever its own. Raises NotAPicture.

    What is lost on purpose is lost here, too.
    """
    return _made(content, "square", max_pixels, sides)


def _made(content: bytes, shape: str, max_pixels: int, widths: Sequence[int]) -> Sizes:
    if len(content) > MAX_BYTES:
        raise NotAPicture("size")
    command = [sys.executable, "-m", "hubapp.kernel.pictures", shape, str(max_pixels), *map(str, widths)]
    try:
        child = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise NotAPicture("pixels") from None
    try:
        answer = json.loads(child.stdout)
    except ValueError:  # killed by its limits before it could say anything
        raise NotAPicture("broken") from None
    if "reason" in answer:
        raise NotAPicture(answer["reason"])
    files = {int(width): base64.b64decode(data) for width, data in answer["files"].items()}
    return Sizes(answer["width"], answer["height"], files)


def webp(picture: Picture) -> bytes:
    """A picture as it is kept."""
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=QUALITY, exif=b"")
    return out.getvalue()


def _encode(content: bytes, shape: str, max_pixels: int, widths: list[int]) -> dict[str, object]:
    from PIL import Image, ImageOps  # noqa: PLC0415  only the child loads it

    Image.MAX_IMAGE_PIXELS = None  # the limit below is ours, and asked before anything is decoded
    try:
        picture: Picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except OSError:
        return {"reason": "type"}
    if picture.width * picture.height > max_pixels:
        return {"reason": "pixels"}
    try:
        picture = ImageOps.exif_transpose(picture)
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    except (OSError, ValueError, SyntaxError, MemoryError):
        return {"reason": "broken"}
    if shape == "square":
        files = {str(side): ImageOps.fit(picture, (side, side), Image.Resampling.LANCZOS) for side in widths}
        return _answer(max(widths), max(widths), files)
    files = {}
    wanted = [width for width in widths if width < picture.width] or [picture.width]
    if picture.width <= max(widths) and picture.width not in wanted:
        wanted.append(picture.width)
    for width in wanted:
        height = max(1, round(picture.height * width / picture.width))
        files[str(width)] = picture.resize((width, height), Image.Resampling.LANCZOS)
    return _answer(wanted[-1], height, files)


def _answer(width: int, height: int, files: dict[str, Picture]) -> dict[str, object]:
    written = {name: base64.b64encode(webp(picture)).decode() for name, picture in files.items()}
    return {"width": width, "height": height, "files": written}


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    shape, (max_pixels, *widths) = sys.argv[1], map(int, sys.argv[2:])
    json.dump(_encode(sys.stdin.buffer.read(), shape, max_pixels, widths), sys.stdout)


if __name__ == "__main__":
    _main()
