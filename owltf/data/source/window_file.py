"""Reads Caffe's window files: images, and windows in them with their classes and overlaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from owltf.errors import OwltfError
from owltf.files.regular_file import read_bytes

_FIELDS = 6


class Window(NamedTuple):
    """A part of an image.

    Attributes:
        image: the place of its image among `WindowFile.images`.
        label: its class; 0 for background.
        overlap: how much of it is an object, from 0 to 1.
        box: x1, y1, x2, y2, the last of which are inside.
        line: the line of the file, from 1.
    """

    image: int
    label: int
    overlap: float
    box: tuple[int, int, int, int]
    line: int


@dataclass(frozen=True)
class WindowFile:
    """The content of a window file.

    Attributes:
        images: the paths of the images, as they are written.
        windows: all windows, in the file's order.
    """

    images: list[str]
    windows: list[Window]


class _Lines:
    """The lines of a file that are not blank, with their numbers."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = read_bytes(path).decode(errors="replace").split("\n")
        self._left = iter([(n, line.strip()) for n, line in enumerate(lines, 1) if line.strip()])
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        for number, line in self._left:
            self.number = number
            yield line

    def take(self, what: str) -> str:
        """Return the next line."""
        for line in self:
            return line
        raise OwltfError(f"{self._path} ends where {what} should be")

    def whole(self, what: str) -> int:
        """Return the next line as a whole number."""
        line = self.take(what)
        if not line.isdigit() or len(line) > 9:
            raise self.wrong(f"{what} must be a whole number, got {line[:80]!r}")
        return int(line)

    def wrong(self, message: str) -> OwltfError:
        """Return an error at the line that was read last."""
        return OwltfError(f"{self._path}:{self.number}: {message}")


def read_window_file(path: Path) -> WindowFile:
    """Return the images and windows of a window file.

    For each image it has `# NUMBER`, a path, the channels, the height, the width, the number of
    windows, and a line for each window: class, overlap, x1, y1, x2, y2.

    Raises:
        OwltfError: if a line is not as it should be; it is named.
    """
    lines = _Lines(path)
    file = WindowFile([], [])
    for line in lines:
        if line.split() != ["#", str(len(file.images))]:
            wanted = f"'# {len(file.images)}'"
            raise lines.wrong(f"an image must begin with {wanted}, got {line[:80]!r}")
        file.images.append(lines.take("the path of an image"))
        for size in ("the channels", "the height", "the width"):
            lines.whole(f"{size} of an image")
        for _ in range(lines.whole("the number of windows")):
            file.windows.append(_window(lines, len(file.images) - 1))
    if not file.images:
        raise OwltfError(f"{path} names no images")
    return file


def _window(lines: _Lines, image: int) -> Window:
    words = lines.take("a window").split()
    try:
        label, overlap, *box = words
        x1, y1, x2, y2 = map(int, box)
        window = Window(image, int(label), float(overlap), (x1, y1, x2, y2), lines.number)
    except ValueError as error:
        raise lines.wrong(
            f"a window must be a class, an overlap, x1, y1, x2 and y2; got {' '.join(words)[:80]!r}"
        ) from error
    if x2 < x1 or y2 < y1 or max(map(abs, window.box)) >= 1 << 24:
        raise lines.wrong(f"a window of {x1}, {y1} to {x2}, {y2} holds no pixels")
    return window
