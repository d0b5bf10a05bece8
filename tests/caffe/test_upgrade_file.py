"""Files written anew in today's form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.schema.schema import load_schema
from owltf.caffe.upgrade_file import upgrade_caffemodel, upgraded_text
from owltf.errors import OwltfError


def test_a_caffemodel_of_v1_becomes_v2_and_hdf5(tmp_path: Path) -> None:
    schema = load_schema()
    net = schema.message("NetParameter")(name="old")
    layer = net.layers.add(name="ip", type="INNER_PRODUCT", bottom=["data"], top=["ip"])
    layer.blobs.add(num=1, channels=1, height=2, width=3, data=[1, 2, 3, 4, 5, 6])
    net.layers.add(name="relu", type="RELU", bottom=["ip"], top=["ip"])
    old = tmp_path / "old.caffemodel"
    old.write_bytes(net.SerializeToString())
    for name in ("new.caffemodel", "new.caffemodel.h5"):
        upgrade_caffemodel(old, tmp_path / name, schema)
        blobs = {each.name: each.blobs for each in read_weights(tmp_path / name, schema)}
        np.testing.assert_array_equal(blobs["ip"][0].reshape(2, 3), [[1, 2, 3], [4, 5, 6]])
    new = schema.message("NetParameter").FromString((tmp_path / "new.caffemodel").read_bytes())
    assert [each.type for each in new.layer] == ["InnerProduct", "ReLU"]


def test_neither_net_nor_solver(tmp_path: Path) -> None:
    path = tmp_path / "label.txt"
    path.write_text("0 cat\n")
    with pytest.raises(OwltfError, match="neither a net's nor a solver's prototxt"):
        upgraded_text(path, load_schema())


@pytest.mark.parametrize("prefix", ["", 'snapshot_prefix: "."', 'snapshot_prefix: "a/b"'])
def test_a_solvers_snapshot_prefix_stays_as_it_is(prefix: str, tmp_path: Path) -> None:
    path = tmp_path / "solver.prototxt"
    path.write_text(f'net: "n.prototxt"\nsolver_type: ADAM\n{prefix}\n')
    wanted = {'net: "n.prototxt"', *([prefix] if prefix else []), 'type: "Adam"'}
    assert set(upgraded_text(path, load_schema()).splitlines()) == wanted


def test_weights_of_a_layer_without_a_name(tmp_path: Path) -> None:
    schema = load_schema()
    net = schema.message("NetParameter")()
    net.layer.add(type="Power").blobs.add(data=[1]).shape.dim.append(1)
    path = tmp_path / "a.caffemodel"
    path.write_bytes(net.SerializeToString())
    with pytest.raises(OwltfError, match="a layer with weights has no name"):
        upgrade_caffemodel(path, tmp_path / "b.caffemodel", schema)
