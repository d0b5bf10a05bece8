"""Files that a net names are found before it is built."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from owltf.caffe.net.filter import filter_net, net_state
from owltf.caffe.net.named_files import check_named_files
from owltf.caffe.net.read import read_net
from owltf.caffe.schema.schema import Schema

DATA = """layer { name: "d" type: "%s" top: "d" %s { source: "there" } %s }
layer { name: "e" type: "Other" top: "e" data_param { source: "none" } }
"""
MEAN = 'transform_param { mean_file: "mean" }'


@pytest.mark.parametrize(
    ("type_", "parameter"),
    [
        ("Data", "data_param"),
        ("HDF5Data", "hdf5_data_param"),
        ("ImageData", "image_data_param"),
        ("InfogainLoss", "infogain_loss_param"),
    ],
)
def test_what_is_missing_is_named(
    tmp_path: Path, schema: Schema, refusal: Callable[..., str], type_: str, parameter: str
) -> None:
    path = tmp_path / "n.prototxt"
    path.write_text(DATA % (type_, parameter, MEAN))
    source = filter_net(read_net(path, schema), net_state("TEST"))
    start = f"{type_} layer 'd' ({path}:1): "
    assert refusal(check_named_files, source).startswith(f"{start}source there: not found; tried")
    (tmp_path / "there").write_text("there")
    told = refusal(check_named_files, source)
    assert told.startswith(f"{start}mean_file mean: not found; tried")
    (tmp_path / "mean").touch()
    check_named_files(source)


def test_files_of_a_list_are_found(
    tmp_path: Path, schema: Schema, refusal: Callable[..., str]
) -> None:
    path = tmp_path / "n.prototxt"
    path.write_text(DATA % ("HDF5Data", "hdf5_data_param", ""))
    source = filter_net(read_net(path, schema), net_state("TEST"))
    (tmp_path / "there").write_text("a.h5\nb.h5\n")
    (tmp_path / "a.h5").touch()
    told = refusal(check_named_files, source)
    assert told.startswith(
        f"HDF5Data layer 'd' ({path}:1): source {tmp_path}/there names b.h5: not found; tried "
    )
    (tmp_path / "b.h5").touch()
    check_named_files(source)
