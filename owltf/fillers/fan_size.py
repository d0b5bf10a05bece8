"""The fan of a layer's weights (inputs or outputs per unit), by which xavier and msra divide."""

from math import prod
from typing import Any


def fan(shape: tuple[int, ...], parameter: Any) -> float:
    """Return the fan-in, the fan-out or their average, as `variance_norm` says.

    Caffe takes the size of a blob without axis 0 as the fan-in, and without axis 1 as the fan-out.
    """
    count = prod(shape)
    fan_in = count / shape[0] if shape else 1
    fan_out = count / shape[1] if len(shape) > 1 else count
    norms = type(parameter)
    if parameter.variance_norm == norms.AVERAGE:
        return (fan_in + fan_out) / 2
    return fan_out if parameter.variance_norm == norms.FAN_OUT else fan_in
