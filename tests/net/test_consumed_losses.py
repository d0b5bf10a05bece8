"""Tests of losses that other layers take: they count, but their default weight trains nothing."""

from __future__ import annotations

import numpy as np
import pytest
from small_nets import build, input_text

from owltf.net.net import Net

INPUTS = {"a": np.array([[3.0, 1.0]]), "t": np.array([[1.0, 1.0]])}
# A loss of (a - t)^2 / 2 = 2, whose gradient is a - t = (2, 0).
LOSS = 'layer { name: "l" type: "EuclideanLoss" bottom: "a" bottom: "t" top: "l" %s }\n'


def power(bottom: str, top: str, fields: str = "", scale: int = 3) -> str:
    return (
        f'layer {{ name: "{top}" type: "Power" bottom: "{bottom}" top: "{top}" {fields} '
        f"power_param {{ scale: {scale} }} }}\n"
    )


def net(layers: str, loss: str = "", start: str = "") -> Net:
    return build(f"{start} {input_text('a', 1, 2)}{input_text('t', 1, 2)}{LOSS % loss}{layers}")


def objective(built: Net) -> float:
    _, losses, _ = built.loss_model({name: x.astype(np.float32) for name, x in INPUTS.items()})
    return float(sum(loss.weight * value for loss, value in zip(built.losses, losses, strict=True)))


def gradient(built: Net) -> float:
    return float(built.segment().backward(INPUTS, blobs=["a"]).blobs["a"][0, 0])


@pytest.mark.parametrize(
    ("layers", "loss", "total", "slope"),
    [
        ("", "", 2, 2),
        # A taker that leads to a loss: only its gradient is left.
        (power("l", "p", "loss_weight: 1"), "", 2 + 6, 6),
        (power("l", "p") + power("p", "q", "loss_weight: 2", 1), "", 2 + 12, 12),
        (power("l", "l", "loss_weight: 1"), "", 2 + 6, 6),
        # A weight in the file has a gradient of its own.
        (power("l", "p", "loss_weight: 1"), "loss_weight: 1", 2 + 6, 2 + 6),
        # A taker without a loss, or one that sends nothing back, leaves the default's gradient.
        (power("l", "p"), "", 2, 2),
        ('layer { name: "s" type: "Silence" bottom: "l" }', "", 2, 2),
        (power("l", "p", "loss_weight: 1 propagate_down: false"), "", 2 + 6, 2),
    ],
)
def test_default_weight_is_caffes(layers: str, loss: str, total: float, slope: float) -> None:
    built = net(layers, loss)
    assert objective(built) == total
    assert gradient(built) == slope


def test_force_backward_lets_every_taker_send_its_gradient() -> None:
    built = net(
        power("l", "p", "propagate_down: false loss_weight: 1"), start="force_backward: true"
    )
    assert (objective(built), gradient(built)) == (8, 6)


def test_it_is_said() -> None:
    (note,) = net(power("l", "p", "loss_weight: 1")).notes
    assert note == (
        "Loss 'l' counts in the objective by its default weight 1 but sends no gradient of its "
        "own, as layer 'p' takes it; with loss_weight: 1 it would"
    )
    assert net(power("l", "p")).notes == ()
