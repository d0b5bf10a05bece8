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
        net = net_of(NET, "TEST")
    assert box_outputs(net, net.outputs) == {"boxes"}
    assert box_outputs(net, ["same"]) == set()


def rows_of(scores: list[float]) -> np.ndarray:
    """Return detections of one image with these scores, each of another box."""
    rows = np.zeros((1, 1, len(scores), 7))
    rows[..., 2], rows[..., 3] = scores, np.arange(len(scores))
    return rows


def test_rows_of_equal_scores_are_put_where_the_nearest_are() -> None:
    wanted = rows_of([0.9, 0.5, 0.50001, 0.49999, 0.2])
    got = wanted[:, :, [0, 3, 1, 2, 4]] + 1e-6
    np.testing.assert_array_equal(in_order_of(wanted, got), wanted + 1e-6)


def test_another_order_of_other_scores_differs() -> None:
    wanted = rows_of([0.9, 0.5])
    np.testing.assert_array_equal(in_order_of(wanted, wanted[:, :, ::-1]), wanted[:, :, ::-1])
    of_two_images = rows_of([0.5, 0.5])
    of_two_images[..., 1, 0] = 1
    np.testing.assert_array_equal(
        in_order_of(of_two_images, of_two_images[:, :, ::-1]), of_two_images[:, :, ::-1]
    )


def test_rows_that_differ_still_differ() -> None:
    wanted = rows_of([0.5, 0.5])
    got = wanted.copy()
    got[..., 1, 3] = 5
    np.testing.assert_array_equal(in_order_of(wanted, got[:, :, ::-1]), got)


def test_no_rows() -> None:
    assert in_order_of(np.zeros((1, 1, 0, 7)), np.zeros((1, 1, 0, 7))).shape == (1, 1, 0, 7)
