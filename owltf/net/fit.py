"""Makes a net's Keras model ready for Keras's own `fit`, with Caffe's losses as its objective."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf

from owltf.errors import OwltfError


def compile_model(
    model: Any, weights: Mapping[str, float], optimizer: Any, options: Mapping[str, Any]
) -> Any:
    """Compile a net's model so that `fit` minimises the weighted sum of its losses.

    Args:
        model: the net as a `keras.Model`.
        weights: what `fit_weights` returns for the net.
        optimizer: an optimizer of Keras's, by name or as an object.
        options: more arguments of `keras.Model.compile`.

    Returns:
        The model.
    """

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


def fit_weights(
    name: str, phase: str, losses: Sequence[Any], outputs: Sequence[str]
) -> dict[str, float]:
    """Return the weight of each loss in what `fit` minimises, by its top's name.

    Args:
        name: the net's name, for errors.
        phase: its phase, for errors.
        losses: the net's losses.
        outputs: the names of its outputs.

    Raises:
        OwltfError: if the net has no loss, or a loss is none of its outputs.
    """
    counted = [loss for loss in losses if loss.has_gradient]
    if not counted:
        raise OwltfError(f"net '{name}' ({phase}) has no loss to minimise")
    for loss in counted:
        if loss.top not in outputs:
            raise OwltfError(
                f"the loss of layer '{loss.layer}' is no output of net '{name}': give it a top "
                f"that no layer takes, or train by NetTrainer"
            )
    return {loss.top: loss.weight for loss in counted}
