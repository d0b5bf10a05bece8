"""Weights files, as runs and tools start from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from small_nets import build, inner_product, input_text

from owltf.caffe.schema.schema import load_schema
from owltf.errors import OwltfError
from owltf.net.net import Net
from owltf.net.start_weights import StartWeights, no_weights
from owltf.net.weights import save_weights

X = input_text("x", 2, 4)


def net_of(*outputs: int) -> Net:
    layers = (inner_product(f"ip{i}", "x", f"ip{i}", outputs=n) for i, n in enumerate(outputs))
    return build(X + "".join(layers))


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "one.caffemodel", tmp_path / "two.caffemodel"]
    for number, (path, net) in enumerate(zip(paths, (net_of(3, 3), net_of(3)), strict=True)):
        for param in net.params:
            param.set(np.full(param.shape, number, np.float32))
        save_weights(net, path)
    return paths


def test_later_files_win(files: list[Path]) -> None:
    start, net = StartWeights.of(files, load_schema()), net_of(3, 3)
    assert start.layers == {"ip0", "ip1"}
    told = start.load(net)
    assert {file: each.loaded for file, each in told.items()} == {
        str(files[0]): ["ip0", "ip1"],
        str(files[1]): ["ip0"],
    }
    assert [np.unique(blobs[0]).tolist() for blobs in net.get_params().values()] == [[1], [0]]


def test_all_fillers_run_where_layers_may_differ(files: list[Path]) -> None:
    start = StartWeights.of(files, load_schema(), reinit_mismatched=True)
    assert start.layers == frozenset()
    told = start.load(net_of(5, 3))
    assert told[str(files[0])].reinitialised == ["ip0"]


def test_none_are_weights_too() -> None:
    start = StartWeights()
    assert (start.layers, start.load(net_of(3))) == (frozenset(), {})


def test_mistakes(files: list[Path], tmp_path: Path) -> None:
    with pytest.raises(OwltfError, match=r"no such weights file: .*three.caffemodel"):
        StartWeights.of([*files, tmp_path / "three.caffemodel"], load_schema())
    (tmp_path / "net.prototxt").write_text(X)
    with pytest.raises(OwltfError, match=r"a net's prototxt, where a caffemodel .* is needed"):
        StartWeights.of([tmp_path / "net.prototxt"], load_schema())


def test_a_layer_that_no_file_has_is_missing(
    files: list[Path], refusal: Callable[..., str]
) -> None:
    net = net_of(3, 3, 2)
    told = refusal(StartWeights.of(files, load_schema()).load, net, allow_missing=False)
    assert told.startswith(f"{files[0]}, {files[1]}: no weights for 1 of 3 layers of net '': ip2; ")
    assert StartWeights.of(files[:1], load_schema()).load(net_of(3, 3), allow_missing=False)
    assert StartWeights().load(net, allow_missing=False) == {}


def test_a_layer_that_shares_parameters_needs_none_of_its_own(files: list[Path]) -> None:
    shared = [
        inner_product(name, "x", name, outputs=3).replace(
            "inner_product_param", 'param { name: "w" } param { name: "b" } inner_product_param'
        )
        for name in ("ip0", "twin")
    ]
    told = StartWeights.of(files[1:], load_schema()).load(
        build(X + "".join(shared)), allow_missing=False
    )
    assert [each.loaded for each in told.values()] == [["ip0"]]


def test_what_to_do_about_a_net_without_weights() -> None:
    told = no_weights(net_of(3, 3))
    assert told.startswith("net '' has weights, in ip0, ip1; give --weights FILE or, with a solver")
