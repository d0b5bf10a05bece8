"""What each batch of a test gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from image_case import BODY, DATA, Images
from owltf_tester.measure import measure

from owltf.api import choose_devices, class_scores, load_net, net_batches

# A label for each of 36 places; those that are 3 do not count.
PLACES = """
layer { name: "same" type: "Power" bottom: "label" top: "same" }
layer { name: "map" type: "InnerProduct" bottom: "ip" top: "map"
  inner_product_param { num_output: 36 weight_filler { type: "constant" } } }
layer { name: "tall" type: "Reshape" bottom: "map" top: "tall"
  reshape_param { shape { dim: 0 dim: 1 dim: 6 dim: 6 } } }
layer { name: "places" type: "Bias" bottom: "tall" bottom: "same" top: "places"
  bias_param { axis: 0 } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "conv" bottom: "places" top: "loss"
  loss_param { ignore_label: 3 } loss_weight: 2 }
"""


def test_labels_for_each_place_and_one_that_does_not_count(images: Images) -> None:
    Path("places.prototxt").write_text(DATA % ("", "false") + BODY + PLACES)
    net = load_net("places.prototxt", weights="net.caffemodel")
    scores = class_scores(net)
    found = list(measure(net, choose_devices(), scores, net_batches(net, 2)))
    every = np.repeat(images.labels[:16], 36)
    rows = np.maximum(images.conv(images.crops(1, 2)[:16]), 0)
    rows = rows.transpose(0, 2, 3, 1).reshape(-1, 5)
    labels = np.concatenate([batch.labels for batch in found])
    np.testing.assert_array_equal(labels, every[every != 3])
    got = np.concatenate([batch.scores for batch in found])
    np.testing.assert_allclose(got, rows[every != 3], rtol=1e-4, atol=1e-5)
    for batch in found:
        assert batch.loss == pytest.approx(2 * float(batch.outputs["loss"]))
