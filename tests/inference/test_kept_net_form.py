"""A loaded net's form is kept by its content; the next process finds it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from engine_case import FunctionEngine

from owltf.inference.kept_net_form import kept_net_form
from owltf.inference.load_net import load_net
from owltf.net.weights import save_weights

NET = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }
layer { name: "ip" type: "InnerProduct" bottom: "x" top: "ip"
  inner_product_param { num_output: 1 bias_term: false weight_filler { value: 2 } } }
"""


class Product(FunctionEngine):
    """Counts how often a form is written."""

    written = 0

    def write(self, net: Any, blobs: Any, path: Path) -> None:
        self.written += 1
        super().write(net, blobs, path)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    monkeypatch.setenv("OWLTF_CACHE", str(tmp_path / "cache"))
    prototxt, weights = tmp_path / "net.prototxt", tmp_path / "w.caffemodel"
    prototxt.write_text(NET)
    save_weights(load_net(prototxt), weights)
    return prototxt, weights


def test_a_form_is_made_once_for_the_same_content(files: tuple[Path, Path]) -> None:
    prototxt, weights = files
    engine = Product(lambda arrays: {"ip": 2 * arrays["x"].sum(1, keepdims=True)})
    for _ in range(2):
        kept = kept_net_form(engine, load_net(prototxt, weights=weights), ["ip"])
        assert kept is not None
    assert engine.written == 1
    net = load_net(prototxt, weights=weights)
    net.set_params({"ip": [np.full((1, 3), 3)]})
    engine.compute = lambda arrays: {"ip": 3 * arrays["x"].sum(1, keepdims=True)}
    kept_net_form(engine, net, ["ip"])
    assert engine.written == 2


def test_weights_of_no_file_are_not_kept(files: tuple[Path, Path]) -> None:
    assert kept_net_form(Product(), load_net(files[0]), ["ip"]) is None
