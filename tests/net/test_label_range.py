"""Labels without a class, found before a net is trained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from owltf.api import load_net
from owltf.net.label_range import check_labels_have_classes

ORACLE = Path(__file__).parents[1] / "data" / "oracle"
SOURCES = {
    "Data": 'data_param { source: "lmdb_raw" backend: LMDB batch_size: 2 }',
    "ImageData": 'image_data_param { source: "list.txt" root_folder: "images/" batch_size: 2 '
    "new_height: 8 new_width: 8 }",
    "WindowData": 'window_data_param { source: "windows.txt" batch_size: 4 } '
    "transform_param { crop_size: 8 }",
    "HDF5Data": 'hdf5_data_param { source: "h5.txt" batch_size: 2 }',
}
NET = """
layer {{ name: "d" type: "{type}" top: "data" top: "label" {source} }}
layer {{ name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
  inner_product_param {{ num_output: {classes} }} }}
layer {{ name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" {loss} }}
"""


@pytest.mark.parametrize("kind", SOURCES)
def test_a_label_without_a_class(
    kind: str, tmp_path: Path, refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ORACLE)
    if kind == "HDF5Data":
        with h5py.File(tmp_path / "x.h5", "w") as file:
            file["data"], file["label"] = np.zeros((3, 2)), np.array([0, 1, 4])
        (tmp_path / "h5.txt").write_text("x.h5\n")
        monkeypatch.chdir(tmp_path)

    def built(classes: int, loss: str = "") -> object:
        path = tmp_path / "net.prototxt"
        path.write_text(NET.format(type=kind, source=SOURCES[kind], classes=classes, loss=loss))
        return load_net(path)

    check_labels_have_classes(built(10))
    said = refusal(check_labels_have_classes, built(2))
    assert said.startswith(f"{kind} layer 'd' (")
    assert said.endswith("; SoftmaxWithLoss layer 'loss' has the classes 0 to 1")
    if kind == "HDF5Data":
        assert "row 2 has the label 4; " in said
        check_labels_have_classes(built(2, "loss_param { ignore_label: 4 }"))
        check_labels_have_classes(built(5))
        assert "has the classes 0 to 3" in refusal(check_labels_have_classes, built(4))
