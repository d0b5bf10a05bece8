"""The tops that training minimises."""

from __future__ import annotations

import pytest
from small_nets import build, inner_product, input_text

NET = input_text("x", 2, 4) + inner_product("ip", "x", "ip")


@pytest.mark.parametrize(("given", "weight"), [("", 1.0), ("loss_weight: 0.25", 0.25)])
def test_a_loss_has_its_weight_and_a_gradient(given: str, weight: float) -> None:
    layer = f'name: "l" type: "EuclideanLoss" bottom: "ip" bottom: "ip" top: "t" {given}'
    (loss,) = build(NET + f"layer {{ {layer} }}").losses
    assert (loss.layer, loss.top, loss.weight, loss.has_gradient) == ("l", "t", weight, True)


def test_any_top_is_a_loss_by_its_weight() -> None:
    net = build(NET + 'layer { name: "p" type: "Power" bottom: "ip" top: "q" loss_weight: 3 }')
    assert [(loss.top, loss.weight) for loss in net.losses] == [("q", 3.0)]
