"""AnnotatedDatum, the record of an image with true boxes, as arrays and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from google.protobuf.message import DecodeError

from owltf.api import decode_image
from owltf_ssd.data.true_boxes import COLUMNS, Rows

_COLOR = 3


def read_record(message: Any, record: bytes, max_pixels: int | None) -> tuple[Any, Rows]:
    """Return the image of a record, uint8 (H, W, 3), and its rows of true boxes.

    Args:
        message: the class of `AnnotatedDatum`.
        record: the record.
        max_pixels: the pixels that an image may have, None for the usual bound.

    Raises:
        ValueError: if it is none; the message goes on from the record's name.
    """
    try:
        parsed = message.FromString(record)
    except DecodeError as error:
        raise ValueError("is not an AnnotatedDatum") from error
    if not parsed.HasField("datum"):
        raise ValueError("is not an AnnotatedDatum: it has no image")
    return _image(parsed.datum, max_pixels), rows_of(parsed)


def _image(datum: Any, max_pixels: int | None) -> Any:
    if datum.encoded:
        return decode_image(datum.data, _COLOR, max_pixels=max_pixels)
    shape = (datum.channels, datum.height, datum.width)
    if len(datum.data) != np.prod(shape) or not datum.data:
        raise ValueError(
            f"holds {len(datum.data)} values where an image of {'x'.join(map(str, shape))} needs "
            f"{np.prod(shape)}"
        )
    return np.frombuffer(datum.data, np.uint8).reshape(shape).transpose(1, 2, 0)


def rows_of(annotated: Any) -> Rows:
    """Return the true boxes of an `AnnotatedDatum`."""
    rows = [
        (
            group.group_label,
            each.instance_id,
            each.bbox.xmin,
            each.bbox.ymin,
            each.bbox.xmax,
            each.bbox.ymax,
            each.bbox.difficult,
        )
        for group in annotated.annotation_group
        for each in group.annotation
    ]
    return np.array(rows, np.float32).reshape(-1, COLUMNS)


def make_record(message: Any, contents: bytes, rows: Rows) -> bytes:
    """Return the record of an image file and its true boxes, grouped by label.

    Args:
        message: the class of `AnnotatedDatum`.
        contents: the image file's bytes.
        rows: its true boxes; the instances are counted anew for each label.
    """
    made = message(type=message.BBOX)
    made.datum.data, made.datum.encoded, made.datum.label = contents, True, -1
    for label in sorted(set(rows[:, 0].tolist())):
        group = made.annotation_group.add(group_label=int(label))
        for instance, row in enumerate(rows[rows[:, 0] == label].tolist()):
            box = group.annotation.add(instance_id=instance).bbox
            box.xmin, box.ymin, box.xmax, box.ymax = row[2:6]
            box.difficult = bool(row[6])
    return bytes(made.SerializeToString())
