"""A top that training minimises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Loss:
    """A top that is added to the number which training minimises.

    Attributes:
        layer: the layer's name.
        top: the blob's name; the layer's name where the prototxt names no top.
        tensor: the Keras tensor of the sum of its values.
        weight: its `loss_weight`.
        has_gradient: whether it sends a gradient back; `consumed_losses` says which do not.
    """

    layer: str
    top: str
    tensor: Any
    weight: float
    has_gradient: bool = True
