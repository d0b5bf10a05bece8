"""A net on several views of each image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from owltf.inference.batch_runner import BatchRunner
from owltf.inference.load_net import load_net
from owltf.inference.net_batches import net_batches
from owltf.inference.run_views import run_views
from owltf.inference.views import find_views
from owltf.inference.whole_images import whole_images
from owltf.runtime.devices import choose_devices
from owltf.testing import net_of

LMDB = Path(__file__).parents[1] / "data" / "oracle" / "lmdb_raw"
NET = f"""
layer {{ name: "data" type: "Data" top: "data" top: "label"
  transform_param {{ crop_size: 20 scale: 0.01 mean_value: 100 }}
  data_param {{ source: "{LMDB}" batch_size: 4 backend: LMDB }} }}
layer {{ name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
  inner_product_param {{ num_output: 3 weight_filler {{ type: "xavier" }} }} }}
layer {{ name: "prob" type: "Softmax" bottom: "ip" top: "prob" }}
layer {{ name: "quiet" type: "Silence" bottom: "label" }}
"""


@pytest.mark.parametrize("replicas", [1, 3])
def test_the_mean_over_the_views(tmp_path: Path, replicas: int) -> None:
    (tmp_path / "net.prototxt").write_text(NET)
    devices = choose_devices(cpu_replicas=replicas)
    net = load_net(tmp_path / "net.prototxt", devices=devices)
    whole, views = whole_images(net), find_views("10")
    batches = net_batches(net, sources=whole.sources)
    tensors = {name: net.blob(name).to_caffe().tensor for name in ("prob", "label")}
    runner = BatchRunner(net, tensors, devices)
    taken = list(run_views(runner, batches, views, blob="data", size=(20, 20)))
    assert len(taken) == len(batches) > 1
    weights = net.get_params()["ip"][0]
    for batch, means in taken:
        crops = [view.cut(batch.arrays["data"], (20, 20)).numpy() for view in views]
        scores = np.exp([crop.reshape(batch.rows, -1) @ weights.T for crop in crops])
        wanted = (scores / scores.sum(-1, keepdims=True)).mean(0)
        np.testing.assert_allclose(means["prob"], wanted, rtol=1e-5)
        np.testing.assert_array_equal(means["label"], batch.labels)


def test_the_nets_own_crop_is_the_centre_view() -> None:
    net = net_of(NET)
    runner = BatchRunner(net, net.blob("ip").tensor)
    own = [values for _, values in runner.run(net_batches(net, 2))]
    batches = net_batches(net, 2, sources=whole_images(net).sources)
    seen = run_views(runner, batches, find_views("1"), blob="data", size=(20, 20))
    np.testing.assert_array_equal([values for _, values in seen], own)
