"""Finds objects in images: the boxes that a net gives, in pixels of the image files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from owltf.api import (
    Batch,
    BatchRunner,
    Devices,
    ImageInput,
    Net,
    OwltfError,
    converter_of,
    read_image,
)
from owltf_detector.drawing import write_drawing

_COLOR = 3


@dataclass(frozen=True)
class Found:
    """An object that was found.

    Attributes:
        label: its class.
        name: the class's name; its label if no file names it.
        score: how sure the net is, usually from 0 to 1.
        box: left, top, right and bottom in pixels.
    """

    label: int
    name: str
    score: float
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class Detections:
    """The objects of one image.

    Attributes:
        image: the image's path.
        found: its objects, the surest first.
        drawing: the file of the image with its boxes; None if it was not asked for.
    """

    image: str
    found: Sequence[Found]
    drawing: Path | None = None


@dataclass(frozen=True)
class Detector:
    """A net that is ready to find objects.

    Attributes:
        net: the net, with weights.
        devices: the devices that run it.
        blob: the blob with the boxes.
        images: the steps that make image files its input.
        names: the classes' names by label.
        threshold: boxes with a lower score are left out.
    """

    net: Net
    devices: Devices
    blob: str
    images: ImageInput
    names: Mapping[int, str]
    threshold: float

    def detect(self, batches: Iterable[Batch], folder: Path | None = None) -> Iterator[Detections]:
        """Yield the objects of each image, in order.

        Args:
            batches: batches of images.
            folder: where to write each image with its boxes, if that is wanted.

        Raises:
            OwltfError: if a score is not a number, or a file cannot be written.
        """
        boxes = self.net.blob(self.blob).to_caffe().tensor
        written: set[str] = set()
        for batch, values in BatchRunner(self.net, {"boxes": boxes}, self.devices).run(batches):
            rows = values["boxes"].reshape(-1, 7)
            for number, key in enumerate(batch.keys):
                yield self._of_image(key, rows[rows[:, 0] == number, 1:], folder, written)

    def _of_image(
        self, key: str, rows: np.ndarray, folder: Path | None, written: set[str]
    ) -> Detections:
        if np.isnan(rows).any():
            raise OwltfError(
                f"{key}: blob '{self.blob}' holds boxes that are not numbers (NaN); the weights "
                "are not what the net was trained with"
            )
        rows = rows[(rows[:, 0] >= 0) & (rows[:, 1] >= self.threshold)]
        image = read_image(Path(key), _COLOR, turn=not self.images.ignore_orientation)
        found = [self._found(row, image.shape) for row in rows[np.argsort(-rows[:, 1])]]
        drawing = None
        if folder is not None:
            drawing = folder / _free_name(Path(key).stem, written)
            write_drawing(drawing, image, [(each.label, _title(each), each.box) for each in found])
        return Detections(key, found, drawing)

    def _found(self, row: np.ndarray, shape: Any) -> Found:
        height, width = shape[:2]
        label, score, *box = row.tolist()
        left, top, right, bottom = np.clip(box, 0, 1) * [width, height, width, height]
        corners = (float(left), float(top), float(right), float(bottom))
        return Found(int(label), self.names.get(int(label), str(int(label))), score, corners)


def box_blob(net: Net) -> str:
    """Return the name of the last blob with boxes.

    Raises:
        OwltfError: if the net gives none.
    """
    for layer in reversed(net.graph.layers):
        if converter_of(layer.parameter, net.context.registry).gives_boxes:
            return str(layer.parameter.top[0])
    raise OwltfError(
        f"net '{net.name}' gives no boxes: no layer is of a type such as DetectionOutput"
    )


def _title(found: Found) -> str:
    return f"{found.name} {found.score:.2f}"


def _free_name(stem: str, written: set[str]) -> str:
    """Return a file name that no other image of the same name has taken."""
    name, number = f"{stem}.png", 2
    while name in written:
        name, number = f"{stem}-{number}.png", number + 1
    written.add(name)
    return name
