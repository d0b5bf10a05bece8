"""Makes a net's Keras model ready for Keras's own `fit`, with Caffe's losses as its objective."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from owltf.errors import OwltfError
from owltf.net.net import Net


def compile_model(net: Net, optimizer: Any, options: Mapping[str, Any]) -> Any:
    """Compile a net's model so that `fit` minimises the weighted sum of its losses.

    Args:
        net: the net.
        optimizer: an optimizer of Keras's, by name or as an object.
        options: more arguments of `keras.Model.compile`.

    Returns:
        The model.

    Raises:
        OwltfError: if the net has no loss, or a loss is none of its outputs.
    """
    weights = _weights(net)
    model = net.model

    def objective(
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Return the weighted sum of the losses, which are among the net's outputs."""
        return tf.add_n([weight * tf.reduce_sum(y_pred[top]) for top, weight in weights.items()])

    # Keras's losses compare an output with a target; these compared theirs already.
    model.compute_loss = objective
    model.compile(optimizer=optimizer, **options)
    return model


def _weights(net: Net) -> dict[str, float]:
    losses = [loss for loss in net.losses if loss.has_gradient]
    if not losses:
        raise OwltfError(f"net '{net.name}' ({net.phase}) has no loss to minimise")
    for loss in losses:
        if loss.top not in net.outputs:
            raise OwltfError(
                f"the loss of layer '{loss.layer}' is no output of net '{net.name}': give it a top "
                f"that no layer takes, or train by NetTrainer"
            )
    return {loss.top: loss.weight for loss in losses}
