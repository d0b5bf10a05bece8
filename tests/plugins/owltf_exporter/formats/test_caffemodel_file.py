"""A caffemodel and the prototxt beside it give the net back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from export_case import Export
from owltf_exporter.export_job import Exported
from owltf_exporter.formats.caffemodel_file import TOLERANCE, check, prototxt_of, write

from owltf.api import load_net, save_weights
from owltf.testing import net_of

NET = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 6 } } }
layer { name: "y" type: "InnerProduct" bottom: "x" top: "y"
  inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
"""


def test_weights_and_net_are_written_side_by_side(tmp_path: Path) -> None:
    told: list[str] = []
    exported, path = Exported(net_of(NET), tell=told.append), tmp_path / "out.caffemodel"
    write(exported, path)
    assert told == ["the net itself is in out.caffemodel.prototxt"]
    assert {each.name for each in tmp_path.iterdir()} == {path.name, prototxt_of(path).name}
    params = load_net(prototxt_of(path), weights=path).get_params()
    for blob, own in zip(params["y"], exported.net.get_params()["y"], strict=True):
        np.testing.assert_array_equal(blob, own)
    assert check(exported, path).size == TOLERANCE


def test_other_weights_are_found_to_differ(tmp_path: Path) -> None:
    exported, path = Exported(net_of(NET)), tmp_path / "out.caffemodel"
    write(exported, path)
    other = net_of(NET)
    matrix, bias = other.get_params()["y"]
    other.set_params({"y": [matrix, bias + 0.5]})
    save_weights(other, path)
    found = check(exported, path)
    assert found.blob == "y"
    assert 0.1 < found.size <= 0.5


@pytest.mark.parametrize("name", ["out.caffemodel", "out.h5"])
def test_a_folded_net_has_fewer_layers(run: Export, name: str) -> None:
    assert run(name, "--optimize", "--outputs", "fc").exit_code == 0
    net = load_net(f"{name}.prototxt", weights=name)
    assert "bn" not in net.get_params()
    x = np.random.default_rng(0).standard_normal((2, 3, 14, 14)).astype(np.float32)
    wanted = load_net("deploy.prototxt", weights="net.caffemodel").forward({"data": x})["fc"]
    np.testing.assert_allclose(net.forward({"data": x})["fc"], wanted, atol=1e-5)
    assert not list(Path().glob(".*"))
