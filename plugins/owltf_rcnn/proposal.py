"""Proposal: the regions that a region proposal network finds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter, OnnxNode, SourceCall, plain_source

SOURCE = """
class Proposals(layers.Layer):
    def __init__(self, anchors, stride, names, values, **kwargs):
        super().__init__(**kwargs)
        self.anchors, self.stride = np.array(anchors), stride
        self.options = dict(zip(names, values))

    def call(self, inputs):
        scores, deltas, info = inputs
        placed = placed_anchors(self.anchors, self.stride, *scores.shape[1:3])
        scores = ops.reshape(scores[..., len(self.anchors) :], (-1,))
        deltas, info = ops.reshape(deltas, (-1, 4)), ops.reshape(info, (-1,))
        return list(propose(scores, deltas, info, placed, **self.options))

    def compute_output_spec(self, inputs):
        return [keras.KerasTensor((None, size)) for size in (5, 1)]
"""


def anchors_of(base: int, ratios: Sequence[float], scales: Sequence[float]) -> np.ndarray:
    """Return the anchors of one place, (ratios * scales, 4), as Faster R-CNN makes them.

    Args:
        base: the side of the square that they are made of.
        ratios: heights by widths.
        scales: factors of both.
    """
    widths = np.round(np.sqrt(base * base / np.asarray(ratios, np.float64)))
    sizes = np.stack([widths, np.round(widths * ratios)], 1)[:, None] * np.reshape(scales, (-1, 1))
    half = (sizes.reshape(-1, 2) - 1) / 2
    centre = (base - 1) / 2
    return np.asarray(np.concatenate([centre - half, centre + half], 1))


def placed_anchors(anchors: np.ndarray, stride: int, height: int, width: int) -> np.ndarray:
    """Return the anchors of all places, (height * width * A, 4) float32, row by row."""
    y, x = np.mgrid[:height, :width] * stride
    shifts = np.stack([x, y, x, y], -1).reshape(-1, 1, 4)
    return np.asarray((shifts + anchors).reshape(-1, 4), np.float32)


def propose(
    scores: Any,
    deltas: Any,
    info: Any,
    anchors: Any,
    least: Any,
    before: Any,
    after: Any,
    overlap: Any,
) -> Any:
    """Return the regions (R, 5) and their scores (R, 1).

    Args:
        scores: of each anchor, (K,).
        deltas: (K, 4), the shift of the centre by the size, and the logarithm of the size's factor.
        info: the image's height, width and scale.
        anchors: (K, 4).
        least: the least side of a region in the unscaled image.
        before: how many of the best are looked at; 0 for all.
        after: how many are kept.
        overlap: regions that overlap a better one by more are dropped.
    """
    import tensorflow as tf

    size = anchors[:, 2:] - anchors[:, :2] + 1
    centre = anchors[:, :2] + size / 2 + deltas[:, :2] * size
    half = tf.exp(deltas[:, 2:]) * size / 2
    limits = tf.stack([info[1], info[0]]) - 1
    low = tf.clip_by_value(centre - half, 0, limits)
    high = tf.clip_by_value(centre + half, 0, limits)
    large = tf.reduce_all(high - low + 1 >= least * info[2], -1)
    order = tf.boolean_mask(
        tf.argsort(-scores, stable=True), tf.gather(large, tf.argsort(-scores, stable=True))
    )
    order = order[:before] if before else order
    low, high, best = (tf.gather(each, order) for each in (low, high, scores))
    ends = tf.concat([low, high + 1], -1)
    kept = tf.image.non_max_suppression(ends, best, after, overlap)
    boxes = tf.gather(tf.concat([low, high], -1), kept)
    return tf.pad(boxes, [[0, 0], [1, 0]]), tf.gather(best, kept)[:, None]


@keras.saving.register_keras_serializable("owltf_rcnn")
class Proposals(keras.layers.Layer):
    """The regions that a region proposal network finds in one image.

    Args:
        anchors: the anchors of one place.
        stride: the distance between two places.
        options: the other arguments of `propose`.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    def __init__(self, anchors: Any, stride: int, options: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.anchors, self.stride, self.options = np.asarray(anchors), stride, dict(options)
        self.supports_jit = False

    def call(self, inputs: Any) -> Any:
        """Return the regions (R, 5) and their scores (R, 1), without gradients."""
        scores, deltas, info = (tf.stop_gradient(each) for each in inputs)
        height, width = scores.shape[1:3]
        placed = placed_anchors(self.anchors, self.stride, height, width)
        scores = tf.reshape(scores[..., len(self.anchors) :], (-1,))
        deltas, info = tf.reshape(deltas, (-1, 4)), tf.reshape(info, (-1,))
        rois, best = propose(scores, deltas, info, placed, **self.options)
        return [rois, best]

    def compute_output_shape(self, input_shape: Any) -> list[tuple[int | None, int]]:
        """Return the shapes of both, whose rows depend on what is found."""
        return [(None, 5), (None, 1)]

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"anchors": self.anchors.tolist(), "stride": self.stride, "options": self.options}
        return {**super().get_config(), **own}

    def source(self, call: SourceCall) -> str:
        """Return the call as source, which needs TensorFlow as Keras's backend."""
        for each in (placed_anchors, propose):
            call.need("\n" + plain_source(each).replace("np.ndarray", "object"))
        call.need(SOURCE)
        options = list(self.options), list(self.options.values())
        return call.layer_call("Proposals", self.anchors.tolist(), self.stride, *options)


class Proposal(LayerConverter):
    """The regions of one image that a region proposal network finds, as Faster R-CNN's layer."""

    caffe_type = "Proposal"
    bottoms = (3, 3)
    tops = (1, 2)

    def build(self, layer: Layer, *bottoms: Blob) -> list[Blob]:
        """Return the regions (R, 5), and their scores (R, 1) as a second top.

        Raises:
            OwltfError: if the bottoms do not fit the anchors, or are of several images.
        """
        scores, deltas, info = bottoms
        param = layer.parameter.proposal_param
        anchors = anchors_of(param.base_size, *shapes_of(param))
        count = len(anchors)
        wanted = ((1, 2 * count, *scores.shape[2:]), (1, 4 * count, *scores.shape[2:]))
        if (scores.shape, deltas.shape) != wanted or info.flatten().shape[1] < 3:
            raise layer.error(
                f"{count} anchors need scores {wanted[0]}, shifts {wanted[1]} and the image's "
                f"height, width and scale; got {scores.shape}, {deltas.shape} and {info.shape}"
            )
        find = layer.keras(
            Proposals, anchors=anchors.tolist(), stride=param.feat_stride, options=options_of(param)
        )
        images = [each.to_channels_last().tensor for each in (scores, deltas)]
        tops = find([*images, info.flatten().tensor])
        rows = param.post_nms_topn
        return [scores.plain(top, rows) for top in tops[: len(layer.tops)]]

    def fixes_batch(self, parameter: Any, rank: int) -> bool:
        """Return that it takes one image."""
        return True

    def onnx(self, node: OnnxNode) -> None:
        """Write the decoding, TopK and NonMaxSuppression."""
        _Written(node).write()


def shapes_of(param: Any) -> tuple[list[float], list[float]]:
    """Return a `ProposalParameter`'s ratios and scales; Faster R-CNN's where there are none."""
    return list(param.ratio) or [0.5, 1, 2], list(param.scale) or [8, 16, 32]


def options_of(param: Any) -> dict[str, Any]:
    """Return a `ProposalParameter` as what `propose` takes."""
    return {
        "least": int(param.min_size),
        "before": int(param.pre_nms_topn),
        "after": int(param.post_nms_topn),
        "overlap": float(param.nms_thresh),
    }


class _Written:
    """Writes a Proposal in ONNX's operations."""

    def __init__(self, node: OnnxNode) -> None:
        self.node, self.param = node, node.parameter.proposal_param
        self.anchors = anchors_of(self.param.base_size, *shapes_of(self.param))
        height, width = node.shape[2:]
        self.placed = placed_anchors(self.anchors, self.param.feat_stride, height, width)

    def write(self) -> None:
        node, count = self.node, len(self.placed)
        low, high = self._corners()
        scores = self._scores(low, high)
        most = min(self.param.pre_nms_topn or count, count)
        best, places = f"{node.top}_best", f"{node.top}_places"
        node.add_several(
            "TopK", scores, node.constant("most", [most], np.int64), tops=[best, places], axis=0
        )
        ends = node.add("Add", high, node.constant("one_more", 1), part="ends")
        wide = node.add("Concat", low, ends, part="wide", axis=1)
        boxes = node.add("Gather", wide, places, part="boxes", axis=0)
        kept = self._kept(boxes, best, most)
        self._tops(boxes, best, kept)

    def _corners(self) -> tuple[str, str]:
        """Add the regions' corners, clipped to the image, (K, 2)."""
        node, count = self.node, len(self.anchors)
        height, width = node.shape[2:]
        grid = node.reshape(node.bottoms[1], (count, 4, height, width), part="grid")
        moved = node.add("Transpose", grid, part="moved", perm=[2, 3, 0, 1])
        shift, growth = self._halves(node.reshape(moved, (-1, 4), part="deltas"), "delta")
        size = node.constant("size", self.placed[:, 2:] - self.placed[:, :2] + 1)
        start = node.constant(
            "centre", self.placed[:, :2] + (self.placed[:, 2:] - self.placed[:, :2] + 1) / 2
        )
        centre = node.add(
            "Add", node.add("Mul", shift, size, part="shifted"), start, part="centres"
        )
        whole = node.add("Mul", node.add("Exp", growth, part="grown"), size, part="wholes")
        half = node.add("Mul", whole, node.constant("half", 0.5), part="halves")
        info = node.reshape(node.bottoms[2], (-1,), part="info")
        sides = node.add(
            "Gather", info, node.constant("sides", [1, 0], np.int64), part="wh", axis=0
        )
        limit = node.add("Sub", sides, node.constant("one", 1), part="limit")
        zero = node.constant("zero", 0)
        found = []
        for kind in ("Sub", "Add"):
            corner = node.add(kind, centre, half, part=f"corner{kind}")
            below = node.add("Min", corner, limit, part=f"below{kind}")
            found.append(node.add("Max", below, zero, part=f"clipped{kind}"))
        return found[0], found[1]

    def _scores(self, low: str, high: str) -> str:
        """Add the scores of the anchors, (K,), -1 where a region is too small."""
        node, count = self.node, len(self.anchors)
        height, width = node.shape[2:]
        grid = node.reshape(node.x, (2, count, height, width), part="score_grid")
        second = node.add("Gather", grid, node.constant("second", 1, np.int64), part="own", axis=0)
        moved = node.add("Transpose", second, part="own_moved", perm=[1, 2, 0])
        scores = node.reshape(moved, (-1,), part="scores")
        info = node.reshape(node.bottoms[2], (-1,), part="info2")
        scale = node.add(
            "Gather", info, node.constant("third", [2], np.int64), part="scale", axis=0
        )
        least = node.add(
            "Mul", scale, node.constant("least", self.param.min_size), part="least_side"
        )
        side = node.add("Sub", high, low, part="side")
        side = node.add("Add", side, node.constant("first", 1), part="sides1")
        side = node.add("ReduceMin", side, part="least_own", axes=[1], keepdims=0)
        small = node.add("Less", side, least, part="small")
        return node.add("Where", small, node.constant("minus", -1), scores, part="judged")

    def _kept(self, boxes: str, best: str, most: int) -> str:
        """Add the places of the regions that are kept, (R,)."""
        node = self.node
        limits = [
            node.constant("after", [self.param.post_nms_topn], np.int64),
            node.constant("overlap", [self.param.nms_thresh]),
            node.constant("above", [-0.5]),
        ]
        images = node.reshape(boxes, (1, most, 4), part="boxes3")
        scores = node.reshape(best, (1, 1, most), part="best3")
        kept = node.add("NonMaxSuppression", images, scores, *limits, part="kept")
        return node.add("Gather", kept, node.constant("last", 2, np.int64), part="places", axis=1)

    def _tops(self, boxes: str, best: str, kept: str) -> None:
        node = self.node
        chosen = node.add("Gather", boxes, kept, part="chosen", axis=0)
        whole = node.add("Sub", chosen, node.constant("ends_back", [0, 0, 1, 1]), part="regions")
        pads = node.constant("pads", [0, 1, 0, 0], np.int64)
        node.add("Pad", whole, pads, node.constant("image", 0))
        if len(node.tops) > 1:
            scores = node.add("Gather", best, kept, part="chosen_scores", axis=0)
            node.reshape(scores, (-1, 1), top=node.tops[1])

    def _halves(self, blob: str, part: str) -> tuple[str, str]:
        node = self.node
        columns = (node.constant(f"{part}_{i}", [i, i + 1], np.int64) for i in (0, 2))
        first, last = (
            node.add("Gather", blob, each, part=f"{part}{number}", axis=1)
            for number, each in enumerate(columns)
        )
        return first, last
