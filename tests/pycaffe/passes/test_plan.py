"""Plans of passes: what is fed, computed and returned."""

from __future__ import annotations

from pathlib import Path

from script_nets import SMALL, net_of

import owltf.pycaffe as caffe

IN_PLACE = """input: "x" input_shape { dim: 2 dim: 3 } force_backward: true
    layer { name: "ip" type: "InnerProduct" bottom: "x" top: "y"
      inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
    layer { name: "power" type: "Power" bottom: "y" top: "y" power_param { power: 2 } }
    layer { name: "relu" type: "ReLU" bottom: "y" top: "y" }"""


def test_a_forward_pass_takes_what_it_does_not_make(tmp_path: Path) -> None:
    planner = net_of(tmp_path, IN_PLACE, caffe.TRAIN)._state.built.planner
    whole = planner.forward(0, 3)
    assert (list(whole.layers), list(whole.fed)) == ([1, 2, 3], [("x", 0)])
    assert list(whole.returned) == [("y", 3)]
    assert list(planner.forward(2, 2).fed) == [("y", 1)]


def test_a_layer_whose_bottom_was_overwritten_is_run_again(tmp_path: Path) -> None:
    planner = net_of(tmp_path, IN_PLACE, caffe.TRAIN)._state.built.planner
    plan = planner.backward(2, 2)
    assert list(plan.layers) == [1, 2]
    assert list(plan.seeds) == [("y", 2)]
    assert dict(plan.targets) == {"y": ("y", 1)}
    assert [param.layer for param in planner.backward(3, 1).params] == ["ip", "ip"]


def test_the_whole_plan_returns_values_and_gradients(tmp_path: Path) -> None:
    plan = net_of(tmp_path, SMALL, caffe.TRAIN)._state.built.whole
    assert [name for name, _ in plan.returned] == ["conv", "ip_blob", "loss"]
    assert list(plan.targets) == ["conv", "ip_blob"] and len(plan.params) == 4
