"""Runs layers of a net one after the other, each on the blobs that those before it left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import tensorflow as tf

from owltf.net.net_layer import NetLayer


class LayerPass:
    """The values of all blobs by name while layers run.

    Args:
        inputs: the blobs that are there at the start.
        training: whether layers behave as in training.

    Attributes:
        before: each blob as it was made, before in-place layers changed it.
        after: each blob as the last layer so far left it.
    """

    def __init__(self, inputs: Mapping[str, Any], training: bool) -> None:
        self.before, self.after = dict(inputs), dict(inputs)
        self._losses: list[tuple[str, Any]] = []
        self._training = training

    def run(self, layers: Iterable[NetLayer]) -> None:
        """Run layers in order, except those whose tops are fed as inputs."""
        for layer in layers:
            if not layer.is_fed:
                self._run(layer)

    def _run(self, layer: NetLayer) -> None:
        bottoms = [self.after[blob.name] for blob in layer.bottoms]
        tops = layer(bottoms, training=self._training)
        for blob, value in zip(layer.named_tops, tops, strict=False):
            self.before.setdefault(blob.name, value)
            self.after[blob.name] = value
        for blob, value, weight in zip(layer.tops, tops, layer.loss_weights, strict=True):
            if weight:
                self._losses.append((blob.name, weight * tf.reduce_sum(value)))

    def objective(self, top_grads: Mapping[str, Any]) -> Any:
        """Return a number whose gradients are those of Caffe's backward pass.

        Args:
            top_grads: the gradients to start from, of blobs by name. A loss that has none starts
                from its `loss_weight`.
        """
        seeds = [tf.reduce_sum(grad * self.after[name]) for name, grad in top_grads.items()]
        losses = [term for name, term in self._losses if name not in top_grads]
        return tf.add_n([tf.zeros(()), *seeds, *losses])
