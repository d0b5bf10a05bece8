"""Reading nets, solvers and mean images."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from owltf.caffe.net.filter import filter_net, net_state
from owltf.caffe.net.graph import Graph
from owltf.caffe.net.read import net_from_text, read_blob, read_mean, read_net, read_solver
from owltf.caffe.schema.schema import Schema
from owltf.errors import OwltfError

FORKS = {
    "Linzaer__Ultra-Light": "permute_param",
    "Robert0812__deepsaldet__clarifai_stage2": "MCWINDOW_DATA",
    "alexgkendall__SegNet": "dense_image_data_param",
    "chuanqi305__MobileNet-SSD__train": "resize_param",
    "chuanqi305__MobileNet-SSD__voc": "resize_param",
    "farmingyard__ShuffleNet": "shuffle_channel_param",
    "luoyetx__mini-caffe__example_models_r-fcn": "proposal_param",
    "rbgirshick__py-faster-rcnn__models_pascal_voc_ZF_faster_rcnn_end2end_t": "roi_pooling_param",
    "soeaver__caffe-model__cls_dpn": "ceil_mode",
    "soeaver__caffe-model__det_faster_rcnn": "ceil_mode",
    "weiliu89__caffe__ssd_data_VOC0712_labelmap": "item",
}


def test_net(schema: Schema, data: Path) -> None:
    source = read_net(str(data / "net.prototxt"), schema)
    assert source.parameter.name == "adam"
    assert source.lines == (2, 3, 4, 6, 7, 8, 9, 10, 11, 12)
    assert source.ignored == ()


def test_net_from_text_is_upgraded(schema: Schema) -> None:
    source = net_from_text('input: "x" input_dim: [1, 2, 3, 4] layer { name: "a" }', schema)
    assert [layer.type for layer in source.parameter.layer] == ["Input", ""]


def test_unknown_fields(schema: Schema, refusal: Callable[..., str]) -> None:
    text = "name: 'n' layer { a: 1 }"
    assert refusal(net_from_text, text, schema, "mine").startswith("mine:1:19: LayerParameter")
    source = net_from_text(text, schema, "mine", ignore_unknown_fields=True)
    assert source.ignored == ("mine:1:19: a",)


def test_solver(schema: Schema, data: Path) -> None:
    solver = read_solver(data / "solver.prototxt", schema)
    assert (solver.parameter.type, solver.parameter.max_iter) == ("Adam", 30)


def test_solver_with_unknown_fields(
    schema: Schema, tmp_path: Path, refusal: Callable[..., str]
) -> None:
    path = tmp_path / "solver.prototxt"
    path.write_text("base_lr: 1 warm_up: 3")
    assert "SolverParameter has no field 'warm_up'" in refusal(read_solver, path, schema)
    assert read_solver(path, schema, ignore_unknown_fields=True).ignored == (
        f"{path}:1:12: warm_up",
    )


@pytest.mark.parametrize("read", [read_net, read_solver])
def test_missing(
    schema: Schema,
    tmp_path: Path,
    refusal: Callable[..., str],
    read: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "none"
    assert refusal(read, path, schema) == f"{path}: no such file"
    monkeypatch.chdir(tmp_path)
    assert refusal(read, "none", schema) == f"none: no such file in {tmp_path}"


def test_folder(schema: Schema, tmp_path: Path, refusal: Callable[..., str]) -> None:
    assert refusal(read_net, tmp_path, schema) == (
        f"{tmp_path}: a folder, where a net's prototxt is needed"
    )


def test_weights_where_a_net_is_expected(
    schema: Schema, data: Path, refusal: Callable[..., str]
) -> None:
    assert "a caffemodel (a net's weights), where a net's prototxt is needed" in refusal(
        read_net, data / "half.caffemodel", schema
    )


def test_a_net_for_a_solver_and_the_reverse(
    schema: Schema, data: Path, refusal: Callable[..., str]
) -> None:
    assert refusal(read_solver, data / "net.prototxt", schema).endswith(
        "net.prototxt: a net's prototxt, where a solver's prototxt is needed"
    )
    assert refusal(read_net, data / "solver.prototxt", schema).endswith(
        "solver.prototxt: a solver's prototxt, where a net's prototxt is needed"
    )


@pytest.mark.parametrize("read", [read_net, read_solver])
def test_an_empty_file(
    schema: Schema, tmp_path: Path, refusal: Callable[..., str], read: Callable[..., object]
) -> None:
    (tmp_path / "a.prototxt").touch()
    assert refusal(read, tmp_path / "a.prototxt", schema).endswith("a.prototxt: an empty file")


def test_another_binary_file(schema: Schema, tmp_path: Path, refusal: Callable[..., str]) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    assert "a binary file, where" in refusal(read_net, tmp_path / "a.png", schema)


def test_mean(schema: Schema, data: Path) -> None:
    mean = read_mean(data / "mean.binaryproto", schema)
    assert (mean.shape, mean.dtype) == ((3, 36, 34), np.float32)
    assert 0 < mean.mean() < 255


@pytest.mark.parametrize(
    "blob",
    [
        {"shape": {"dim": [1, 2, 1, 2]}, "data": [1, 2, 3, 4]},
        {"shape": {"dim": [2, 1, 2]}, "double_data": [1, 2, 3, 4]},
        {"num": 1, "channels": 2, "height": 1, "width": 2, "data": [1, 2, 3, 4]},
    ],
)
def test_forms_of_a_mean(schema: Schema, tmp_path: Path, blob: dict[str, object]) -> None:
    path = tmp_path / "mean.binaryproto"
    path.write_bytes(schema.message("BlobProto")(**blob).SerializeToString())
    assert read_mean(path, schema).tolist() == [[[1, 2]], [[3, 4]]]


def test_mean_that_is_not_one_image(
    schema: Schema, tmp_path: Path, refusal: Callable[..., str]
) -> None:
    path = tmp_path / "mean.binaryproto"
    blob = schema.message("BlobProto")(shape={"dim": [2, 1, 1, 2]}, data=[1, 2, 3, 4])
    path.write_bytes(blob.SerializeToString())
    assert "a mean must be one (C, H, W) image; got shape (2, 1, 1, 2)" in refusal(
        read_mean, path, schema
    )


def test_mean_cut_short(
    schema: Schema, data: Path, tmp_path: Path, refusal: Callable[..., str]
) -> None:
    path = tmp_path / "mean.binaryproto"
    path.write_bytes((data / "mean.binaryproto").read_bytes()[:1000])
    assert "truncated or corrupt" in refusal(read_mean, path, schema)


def test_net_where_a_mean_is_expected(
    schema: Schema, data: Path, refusal: Callable[..., str]
) -> None:
    assert "a net's prototxt, where a mean image" in refusal(
        read_mean, data / "net.prototxt", schema
    )


def test_blob(schema: Schema, tmp_path: Path) -> None:
    blob = schema.message("BlobProto")(data=range(6))
    blob.shape.dim.extend((2, 3))
    path = tmp_path / "matrix.binaryproto"
    path.write_bytes(blob.SerializeToString())
    np.testing.assert_array_equal(read_blob(path), [[0, 1, 2], [3, 4, 5]])


def test_not_a_blob(data: Path, tmp_path: Path, refusal: Callable[..., str]) -> None:
    assert "not a blob (binaryproto)" in refusal(read_blob, data / "net.prototxt")
    path = tmp_path / "matrix.binaryproto"
    path.write_bytes((data / "mean.binaryproto").read_bytes()[:1000])
    assert "truncated or corrupt" in refusal(read_blob, path)
    assert "no such file" in refusal(read_blob, tmp_path / "missing")


def test_nets_of_other_people(schema: Schema, zoo: Path) -> None:
    paths = sorted((zoo / "prototxt").glob("*.prototxt"))
    assert len(paths) == 71
    refused = {}
    for path in paths:
        read = read_solver if "solver" in path.name else read_net
        try:
            assert read(path, schema).parameter.ListFields()
        except OwltfError as error:
            refused[path.name] = str(error)
            assert read(path, schema, ignore_unknown_fields=True).ignored
    assert len(refused) == len(FORKS)
    for start, field in FORKS.items():
        (message,) = (text for name, text in refused.items() if name.startswith(start))
        assert field in message


def test_graphs_of_oracle_layers(schema: Schema, oracle: Path) -> None:
    for path in (oracle / "layers").glob("*.prototxt"):
        graph = Graph.of(filter_net(read_net(path, schema), net_state("TEST")))
        assert graph.layers[-1].name == "layer"
