"""Refuses losses and weights that are not numbers any more."""

from __future__ import annotations

import math

import numpy as np

from owltf.errors import OwltfError
from owltf.net.net import Net


def check_loss(loss: float, iteration: int, stands: str) -> None:
    """Check that a loss is a number.

    Args:
        loss: the loss.
        iteration: its iteration.
        stands: which snapshot stands, for the error.

    Raises:
        OwltfError: if it is none.
    """
    if not math.isfinite(loss):
        raise _diverged(f"the loss is {loss} at iteration {iteration}", stands)


def check_weights(net: Net, iteration: int, stands: str) -> None:
    """Check that a net's weights are numbers; after the last update no loss would show it.

    Args:
        net: the net.
        iteration: the iteration that changed them last.
        stands: which snapshot stands, for the error.

    Raises:
        OwltfError: if some are none.
    """
    for param in net.params:
        if not np.isfinite(param.variable.numpy()).all():
            layer = param.layer
            raise _diverged(
                f"the weights of layer '{layer}' are not finite after iteration {iteration}", stands
            )


def _diverged(what: str, stands: str) -> OwltfError:
    return OwltfError(
        f"{what}; {stands}; try a smaller base_lr or clip_gradients, or go on with --allow-nan"
    )
