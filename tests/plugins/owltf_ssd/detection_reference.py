"""DetectionOutput as its definition says, one box after the other, in NumPy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from multi_box_reference import decoded, overlap


@dataclass(frozen=True)
class Options:
    """The fields of `DetectionOutputParameter`, with their defaults."""

    num_classes: int = 4
    share_location: bool = True
    background_label_id: int = 0
    nms_threshold: float = 0.3
    top_k: int = -1
    eta: float = 1.0
    code_type: str = "CORNER"
    variance_encoded_in_target: bool = False
    keep_top_k: int = -1
    confidence_threshold: float | None = None

    def text(self) -> str:
        """Return them as a prototxt has them."""
        top_k = f"top_k: {self.top_k}" if self.top_k >= 0 else ""
        least = self.confidence_threshold
        return f"""
            type: "DetectionOutput" detection_output_param {{
              num_classes: {self.num_classes} share_location: {str(self.share_location).lower()}
              background_label_id: {self.background_label_id} code_type: {self.code_type}
              variance_encoded_in_target: {str(self.variance_encoded_in_target).lower()}
              keep_top_k: {self.keep_top_k}
              nms_param {{ nms_threshold: {self.nms_threshold} eta: {self.eta} {top_k} }}
              {"" if least is None else f"confidence_threshold: {least}"}
            }}
        """


def suppressed(order: list[int], boxes: Any, options: Options) -> list[int]:
    """Return the boxes that overlap none before them by more than the threshold, which may fall."""
    kept: list[int] = []
    threshold = options.nms_threshold
    for p in order:
        if all(overlap(boxes[p], boxes[q]) <= threshold for q in kept):
            kept.append(p)
            if options.eta < 1 and threshold > 0.5:
                threshold *= options.eta
    return kept


def detections(loc: Any, conf: Any, priors: Any, options: Options) -> np.ndarray:
    """Return rows of image, label, score and box, by image, label and falling score."""
    boxes, variances = priors.reshape(2, -1, 4).astype(np.float64)
    scale = np.ones_like(variances) if options.variance_encoded_in_target else variances
    rows: list[tuple[float, ...]] = []
    for image, (places, scores) in enumerate(zip(loc, conf, strict=True)):
        own = places.reshape(len(boxes), -1, 4).astype(np.float64)
        kinds = scores.reshape(len(boxes), options.num_classes)
        found = []
        for label in set(range(options.num_classes)) - {options.background_label_id}:
            column = 0 if options.share_location else label
            each = zip(own[:, column], boxes, scale, strict=True)
            mine = np.array([decoded(*given, options.code_type) for given in each])
            least = options.confidence_threshold
            order = [p for p in range(len(boxes)) if least is None or kinds[p, label] > least]
            order.sort(key=lambda p: -kinds[p, label])
            order = order if options.top_k < 0 else order[: options.top_k]
            kept = suppressed(order, mine, options)
            found += [(image, label, kinds[p, label], *mine[p]) for p in kept]
        if 0 <= options.keep_top_k < len(found):
            found = sorted(found, key=lambda row: -row[2])[: options.keep_top_k]
        rows += sorted(found, key=lambda row: (row[1], -row[2]))
    return np.array(rows, np.float32).reshape(1, 1, -1, 7)
