from __future__ import annotations

import numpy as np
import owltf_ssd
from owltf_exporter.box_rows import box_outputs, in_order_of

from owltf.testing import net_of, use_plugins

NET = """
    layer { name: "loc" type: "Input" top: "loc" input_param { shape { dim: 1 dim: 8 } } }
    layer { name: "conf" type: "Input" top: "conf" input_param { shape { dim: 1 dim: 4 } } }
    layer {
      name: "priors" type: "Input" top: "priors" input_param { shape { dim: 1 dim: 2 dim: 8 } }
    }
    layer {
      name: "found" type: "DetectionOutput" bottom: "loc" bottom: "conf" bottom: "priors"
      top: "boxes" detection_output_param { num_classes: 2 }
    }
    layer { name: "same" type: "Power" bottom: "loc" top: "same" }
"""


def test_which_outputs_hold_boxes() -> None:
    with use_plugins(owltf_ssd):
        assert box_outputs(net_of(NET, "TEST")) == {"boxes"}


def test_each_row_is_put_where_the_nearest_is() -> None:
    rows = np.random.default_rng(0).random((1, 1, 9, 7))
    moved = rows + 1e-6
    np.testing.assert_array_equal(in_order_of(rows, moved[:, :, ::-1]), moved)


def test_rows_that_differ_still_differ() -> None:
    wanted = np.array([[0.0, 1], [0, 2]])
    got = np.array([[0.0, 2], [0, 5]])
    np.testing.assert_array_equal(in_order_of(wanted, got), [[0, 5], [0, 2]])
