"""Activation: what is done to each value by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp, log

from onnx import TensorProto

from owltf_exporter.onnx_graph.graph import Step


def relu(step: Step) -> None:
    """max(x, 0), or leaky."""
    slope = step.parameter.relu_param.negative_slope
    if slope:
        step.add("LeakyRelu", step.x, alpha=slope)
    else:
        step.add("Relu", step.x)


def prelu(step: Step) -> None:
    """A slope for each channel, or one for all."""
    slope = step.blobs[0].reshape(-1, *(1,) * (len(step.shape) - 2))
    step.add("PRelu", step.x, step.constant("slope", slope))


def elu(step: Step) -> None:
    """Exponential below 0."""
    step.add("Elu", step.x, alpha=step.parameter.elu_param.alpha)


def plain(kind: str) -> Callable[[Step], None]:
    """Return what adds one operation without attributes."""

    def add(step: Step) -> None:
        step.add(kind, step.x)

    return add


def power(step: Step) -> None:
    """(shift + scale * x) ^ power."""
    param = step.parameter.power_param
    terms = [("Mul", "scale", param.scale, 1), ("Add", "shift", param.shift, 0)]
    _chain(step, [*terms, ("Pow", "power", param.power, 1)])


def exponential(step: Step) -> None:
    """A base to the power scale * x + shift."""
    param = step.parameter.exp_param
    slope = 1.0 if param.base == -1 else log(param.base)
    scaled = step.add("Mul", step.x, step.number("scale", slope * param.scale), part="scaled")
    made = step.add("Exp", scaled, part="exp")
    step.add("Mul", made, step.number("factor", exp(slope * param.shift)))


def logarithm(step: Step) -> None:
    """The logarithm of scale * x + shift to a base."""
    param = step.parameter.log_param
    factor = 1.0 if param.base == -1 else 1 / log(param.base)
    scaled = step.add("Mul", step.x, step.number("scale", param.scale), part="scaled")
    shifted = step.add("Add", scaled, step.number("shift", param.shift), part="shifted")
    made = step.add("Log", shifted, part="log")
    step.add("Mul", made, step.number("factor", factor))


def _chain(step: Step, terms: Sequence[tuple[str, str, float, float]]) -> None:
    """Add those of some operations with a number that change anything."""
    used = [(kind, part, value) for kind, part, value, idle in terms if value != idle]
    now = step.x
    for kind, part, value in used[:-1]:
        now = step.add(kind, now, step.number(part, value), part=f"with_{part}")
    for kind, part, value in used[-1:]:
        step.add(kind, now, step.number(part, value))
    if not used:
        step.add("Identity", now)


def clip(step: Step) -> None:
    """Between two numbers."""
    param = step.parameter.clip_param
    step.add("Clip", step.x, step.number("min", param.min), step.number("max", param.max))


def threshold(step: Step) -> None:
    """1 above a number, 0 elsewhere."""
    above = step.number("threshold", step.parameter.threshold_param.threshold)
    is_above = step.add("Greater", step.x, above, part="is_above")
    step.add("Cast", is_above, to=TensorProto.FLOAT)


def swish(step: Step) -> None:
    """The product x * sigmoid(beta * x)."""
    beta = step.number("beta", step.parameter.swish_param.beta)
    scaled = step.add("Mul", step.x, beta, part="scaled")
    gate = step.add("Sigmoid", scaled, part="gate")
    step.add("Mul", step.x, gate)
