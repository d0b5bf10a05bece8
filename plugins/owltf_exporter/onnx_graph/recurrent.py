"""Recurrent: layers over time, written out one step after the other.

The number of steps is the prototxt's. Each call starts from zeros or, with `expose_hidden`, from
the states it is given: an ONNX model keeps nothing from one call to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from owltf_exporter.onnx_graph.graph import Step


def lstm(step: Step) -> None:
    """The gates i, f, o, g, and cells, at each time."""
    *inputs, recurrent = step.blobs
    matrix = step.constant("recurrent", recurrent.T)
    h, c = _first_states(step, 2)
    hidden = []
    for time, (gates, keep) in enumerate(_times(step, inputs)):
        part = f"{time}"
        total = _with_before(step, gates, keep, h, matrix, part)
        kept = step.add("Mul", keep, c, part=f"{part}:kept_c")
        c, h = (f"{step.top}:{part}:{word}" for word in "ch")
        _unit(step, kept, total, c, h)
        hidden.append(h)
    _join(step, hidden, step.top)
    _expose(step, [h, c])


def rnn(step: Step) -> None:
    """The hidden state tanh(inputs + W h) at each time, and tanh(V h + b) of it."""
    *inputs, recurrent, output, bias = step.blobs
    matrix = step.constant("recurrent", recurrent.T)
    (h,) = _first_states(step, 1)
    hidden = []
    for time, (gates, keep) in enumerate(_times(step, inputs)):
        total = _with_before(step, gates, keep, h, matrix, f"{time}")
        h = step.add("Tanh", total, part=f"{time}:h")
        hidden.append(h)
    all_times = _join(step, hidden, f"{step.top}:hidden")
    rows = step.add("MatMul", all_times, step.constant("output", output.T), part="rows")
    step.add("Tanh", step.add("Add", rows, step.constant("bias", bias), part="shifted"))
    _expose(step, [h])


def lstm_unit(step: Step) -> None:
    """One step of an LSTM: cells, gates and markers to cells and the hidden state."""
    cells, gates, markers = step.bottoms
    keep = step.reshape(markers, (0, 0, 1), part="keep")
    kept = step.add("Mul", keep, cells, part="kept")
    _unit(step, kept, gates, *step.tops)


def _unit(step: Step, kept: str, gates: str, cells: str, hidden: str) -> None:
    """Add the cells and the hidden state after a step.

    Args:
        step: the layer.
        kept: the cells before it, zeros where a sequence begins.
        gates: the inputs of the gates i, f, o, g, side by side.
        cells: the name of the cells after it.
        hidden: the name of the hidden state.
    """
    parts = [f"{hidden}:{word}" for word in "ifog"]
    step.graph.node("Split", [gates], parts, axis=-1)
    enter, forget, leave = (step.add("Sigmoid", part, top=f"{part}:open") for part in parts[:3])
    candidate = step.add("Tanh", parts[3], top=f"{hidden}:candidate")
    old = step.add("Mul", forget, kept, top=f"{hidden}:old")
    new = step.add("Mul", enter, candidate, top=f"{hidden}:new")
    step.add("Add", old, new, top=cells)
    step.add("Mul", leave, step.add("Tanh", cells, top=f"{hidden}:squashed"), top=hidden)


def _with_before(step: Step, gates: str, keep: str, h: str, matrix: str, part: str) -> str:
    """Add what the hidden state before a step brings to its gates."""
    kept = step.add("Mul", keep, h, part=f"{part}:kept_h")
    inner = step.add("MatMul", kept, matrix, part=f"{part}:inner")
    return step.add("Add", gates, inner, part=f"{part}:gates")


def _times(step: Step, blobs: Sequence[np.ndarray]) -> list[tuple[str, str]]:
    """Return what the inputs bring to the gates at each time, and the markers."""
    time, streams = step.shape[:2]
    x, (kernel, bias, *static) = step.x, blobs
    if len(step.shape) > 3:
        x = step.reshape(x, (time, streams, prod(step.shape[2:])), part="values")
    products = step.add("MatMul", x, step.constant("kernel", kernel.T), part="products")
    gates = step.add("Add", products, step.constant("bias_in", bias), part="inputs")
    if static:
        same = step.add("Flatten", step.bottoms[2], part="static", axis=1)
        always = step.add(
            "MatMul", same, step.constant("static_kernel", static[0].T), part="always"
        )
        gates = step.add("Add", gates, always, part="all_inputs")
    keep = step.reshape(step.bottoms[1], (time, streams, 1), part="markers")
    return list(zip(_cut(step, gates, time), _cut(step, keep, time), strict=True))


def _cut(step: Step, blob: str, count: int) -> list[str]:
    """Cut a blob into its times."""
    if count == 1:
        return [blob]
    parts = [f"{blob}:{time}" for time in range(count)]
    step.graph.node("Split", [blob], parts, axis=0)
    return parts


def _first_states(step: Step, count: int) -> list[str]:
    """Return the states before the first time."""
    param = step.parameter.recurrent_param
    if param.expose_hidden:
        return list(step.bottoms[-count:])
    zeros = np.zeros((1, step.shape[1], param.num_output))
    return [step.constant(f"zeros{index}", zeros) for index in range(count)]


def _join(step: Step, parts: Sequence[str], name: str) -> str:
    return step.add("Concat", *parts, top=name, axis=0)


def _expose(step: Step, states: Sequence[str]) -> None:
    for state, top in zip(states, step.tops[1:], strict=False):
        step.add("Identity", state, top=top)
