"""Views: parts cut out of an image, whose results are averaged to classify it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from owltf.errors import OwltfError

Place = tuple[int, int]

# (down, right), in halves of the room that the cut leaves in the image.
_TOP_LEFT, _BOTTOM_LEFT, _TOP_RIGHT, _BOTTOM_RIGHT = (0, 0), (2, 0), (0, 2), (2, 2)
_CENTRE = (1, 1)
_CORNERS = (_TOP_LEFT, _BOTTOM_LEFT, _TOP_RIGHT, _BOTTOM_RIGHT, _CENTRE)
# GoogLeNet resizes the shorter side to 256, 288, 320 and 352 for a crop of 224 = 7 * 32.
_SEVENTHS = (8, 9, 10, 11)


@dataclass(frozen=True)
class View:
    """A way to cut a part, of the size that a net takes, out of an image.

    If `sevenths` is given, the image is first resized and a square is cut out of it. The view is
    then cut out of the result.

    Attributes:
        place: the halves of the room above and left of the cut: (0, 0) is the top left corner,
            (1, 1) the centre, (2, 2) the bottom right corner; None resizes the whole image to the
            size of the cut.
        mirrored: whether the cut is mirrored left to right.
        sevenths: the image's shorter side after resizing, in sevenths of the cut's side; None
            leaves the image as it is.
        square: the place of the square along the longer side, in halves of the room.
    """

    place: Place | None = _CENTRE
    mirrored: bool = False
    sevenths: int | None = None
    square: int = 1

    def cut(self, images: Any, size: tuple[int, int]) -> Any:
        """Return this view of each image.

        Args:
            images: float32 (N, C, H, W), an array or a tensor.
            size: the height and width of the cut.

        Returns:
            float32 (N, C, height, width), an array of an array unless it must be resized.

        Raises:
            OwltfError: if the cut is larger than the images.
        """
        if self.sevenths is not None:
            images = _squares(images, round(min(size) * self.sevenths / 7), self.square)
        cut = _cut_at(images, size, self.place) if self.place else resized(images, size)
        return cut[:, :, :, ::-1] if self.mirrored else cut


def find_views(name: str) -> Sequence[View]:
    """Return the views of a name that `--views` takes.

    Args:
        name: "1" is the centre, "flips" the centre plain and mirrored, "corners" the four corners
            and the centre, "10" these plain and mirrored, "144" those of GoogLeNet: four scales,
            three squares, six cuts, plain and mirrored.

    Raises:
        OwltfError: if the name is none of these.
    """
    if name not in _VIEWS:
        raise OwltfError(f"there are no views '{name}'; known: {', '.join(_VIEWS)}")
    return _VIEWS[name]


def resized(images: Any, size: tuple[int, int]) -> Any:
    """Return images (N, C, H, W) resized as OpenCV does: bilinear, half-pixel, unsmoothed."""
    # Views of one size need no TensorFlow, which takes seconds to load.
    import tensorflow as tf

    last = tf.transpose(images, (0, 2, 3, 1))
    return tf.transpose(tf.image.resize(last, size), (0, 3, 1, 2))


def _both(views: Sequence[View]) -> tuple[View, ...]:
    return tuple(replace(view, mirrored=flip) for view in views for flip in (False, True))


def _corners() -> tuple[View, ...]:
    return tuple(View(place) for place in _CORNERS)


def _googlenet() -> tuple[View, ...]:
    return tuple(
        View(place, sevenths=sevenths, square=square)
        for sevenths in _SEVENTHS
        for square in (0, 1, 2)
        for place in (*_CORNERS, None)
    )


_VIEWS = {
    "1": (View(),),
    "flips": _both([View()]),
    "corners": _corners(),
    "10": _both(_corners()),
    "144": _both(_googlenet()),
}


def _squares(images: Any, side: int, square: int) -> Any:
    height, width = images.shape[2:]
    factor = side / min(height, width)
    images = resized(images, (round(height * factor), round(width * factor)))
    return _cut_at(images, (side, side), (square, square))


def _cut_at(images: Any, size: tuple[int, int], place: Place) -> Any:
    height, width = images.shape[2:]
    if height < size[0] or width < size[1]:
        raise OwltfError(
            f"a view of {size[0]}x{size[1]} does not fit into images of {height}x{width}"
        )
    top, left = (
        (room - cut) * halves // 2
        for room, cut, halves in zip((height, width), size, place, strict=True)
    )
    return images[:, :, top : top + size[0], left : left + size[1]]
