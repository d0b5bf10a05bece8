"""load_net: a net or a solver file, with or without weights."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from solver_case import NET, SOLVER, Case, flat

from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.net.net_file import open_net_file
from owltf.errors import OwltfError
from owltf.inference.load_net import load_model, load_net, load_test_nets, rebuild_net
from owltf.net import start_weights
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry


def test_a_net_with_weights(small: Case) -> None:
    start, _ = small.run()
    net = load_net("net.prototxt", weights="snap_iter_12.caffemodel")
    np.testing.assert_array_equal(flat(net.get_params()), flat(start.nets.train.get_params()))
    assert (net.inputs, net.outputs, net.phase) == (("data", "label"), ("accuracy", "loss"), "TEST")
    assert net.blob_shapes["conv1"] == (8, 4, 5, 4)


def test_a_solver_with_a_snapshot(small: Case) -> None:
    small.run()
    by_index = load_net("solver.prototxt", snapshot=1)
    by_file = load_net("net.prototxt", weights="snap_iter_6.caffemodel")
    np.testing.assert_array_equal(flat(by_index.get_params()), flat(by_file.get_params()))
    assert load_net("solver.prototxt", phase="TRAIN").phase == "TRAIN"


def test_forward_gives_outputs_or_the_blobs_asked_for(small: Case) -> None:
    net = load_net("net.prototxt")
    arrays = {"data": np.ones((3, 3, 7, 6)), "label": np.zeros(3)}
    assert net.forward(arrays)["loss"].shape == ()
    blobs = net.forward(arrays, ["conv1", "ip"])
    assert {name: blob.shape for name, blob in blobs.items()} == {
        "conv1": (3, 4, 5, 4),
        "ip": (3, 4),
    }
    assert blobs["conv1"].min() >= 0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"file": "net.prototxt", "snapshot": 1}, "snapshot needs a solver file"),
        ({"file": "net.prototxt", "weights": "train.h5"}, "train.h5"),
        ({"file": "no.prototxt"}, "no.prototxt"),
        ({"file": "untested.prototxt"}, "no test net"),
        ({"file": "net.prototxt", "phase": "VAL"}, "phase: must be TRAIN or TEST; got VAL"),
        ({"file": "solver.prototxt", "phase": "VAL"}, "phase: must be TRAIN or TEST; got VAL"),
    ],
)
def test_mistakes(small: Case, arguments: dict, reason: str) -> None:
    untested = SOLVER.replace("test_iter: 2 test_interval: 6", "")
    small.add("untested.prototxt", untested)
    with pytest.raises(OwltfError, match=reason):
        load_net(**arguments)


def test_a_label_without_a_class_is_one_line(small: Case) -> None:
    net = load_net("net.prototxt")
    with pytest.raises(OwltfError, match=r"^SoftmaxWithLoss layer 'loss'.*label 9 .*") as caught:
        net.forward({"data": np.ones((1, 3, 7, 6)), "label": [9]}, ["loss"])
    assert "\n" not in str(caught.value)


def test_wrong_arrays_are_named(small: Case) -> None:
    net = load_net("net.prototxt")
    with pytest.raises(OwltfError, match=r"missing: \['label'\]"):
        net.forward({"data": np.ones((1, 3, 7, 6))})
    with pytest.raises(OwltfError, match=r"input 'data' .* got \(1, 3, 6, 7\)"):
        net.forward({"data": np.ones((1, 3, 6, 7)), "label": [0]})
    with pytest.raises(OwltfError, match="no blob 'conv2': did you mean 'conv1'"):
        net.forward({"data": np.ones((1, 3, 7, 6)), "label": [0]}, ["conv2"])


def without_label(parameter: object, context: object) -> object:
    """Return a net that is fed by hand and ends at `ip`."""
    changed = type(parameter)()
    changed.CopyFrom(parameter)  # type: ignore[attr-defined]
    kept = [layer for layer in changed.layer if "label" not in (*layer.bottom, *layer.top)]  # type: ignore[attr-defined]
    del changed.layer[:]  # type: ignore[attr-defined]
    data = changed.layer.add(name="data", type="Input", top=["data"])  # type: ignore[attr-defined]
    data.input_param.shape.add().dim.extend([1, 3, 7, 6])
    changed.layer.extend(kept)  # type: ignore[attr-defined]
    return changed


def test_a_net_can_be_rewritten_on_the_way_and_rebuilt(small: Case) -> None:
    small.run()
    weights = "snap_iter_12.caffemodel"
    whole = load_net("net.prototxt", weights=weights)
    shape = whole.blob_shapes["data"][1:]
    net = load_net("net.prototxt", weights=weights, rewrite=without_label)
    assert (net.inputs, net.outputs) == (("data",), ("ip",))
    x = np.random.default_rng(0).standard_normal((2, *shape)).astype(np.float32)
    wanted = whole.forward({"data": x, "label": np.zeros(2)}, ["ip"])["ip"]
    np.testing.assert_allclose(net.forward({"data": x})["ip"], wanted, atol=1e-6)
    again = rebuild_net(net, net.graph.source.parameter, net.get_params())
    np.testing.assert_array_equal(flat(again.get_params()), flat(net.get_params()))
    assert again.phase == "TEST"


def test_a_keras_file_is_loaded_where_nothing_else_is(small: Case) -> None:
    load_net("net.prototxt").model.save("net.keras")
    code = "from owltf.api import load_model; print(len(load_model('net.keras').layers))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-1000:]
    assert int(ran.stdout) > 3


def test_keras_alone_names_owltf(small: Case) -> None:
    """The words are Keras's own; the names under which layers are registered are in them."""
    load_net("net.prototxt").model.save("net.keras")
    code = "import keras; keras.models.load_model('net.keras')"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "Could not locate class" in ran.stderr
    assert "'registered_name': 'owltf>" in ran.stderr


def test_what_is_no_keras_file_is_told(small: Case) -> None:
    Path("bad.keras").write_text("no model")
    with pytest.raises(OwltfError, match=r"bad.keras: not a Keras model"):
        load_model("bad.keras")


def test_several_weights_and_what_became_of_them(small: Case) -> None:
    small.run()
    said: list[str] = []
    weights = ["snap_iter_6.caffemodel", "snap_iter_12.caffemodel"]
    net = load_net("net.prototxt", weights=weights, tell=said.append)
    last = load_net("net.prototxt", weights=weights[1])
    np.testing.assert_array_equal(flat(net.get_params()), flat(last.get_params()))
    assert said == [f"Weights from {file}: 2 layers loaded" for file in weights]
    wider = (
        (small.folder / "net.prototxt")
        .read_text()
        .replace("num_output: 4 weight", "num_output: 5 weight")
    )
    small.add("wider.prototxt", wider)
    net = load_net("wider.prototxt", weights=weights, reinit_mismatched=True, tell=said.append)
    assert said[-1].endswith("1 layers loaded; initialised anew, as their shape differs: ip")
    assert np.any(net.get_params()["ip"][0])


def test_one_of_a_solvers_test_nets(small: Case) -> None:
    two = SOLVER.replace("test_iter: 2", "test_iter: 2 test_iter: 3")
    small.add("two.prototxt", two)
    assert load_net("two.prototxt", test_net=1).phase == "TEST"
    with pytest.raises(OwltfError, match="no test net 2; there are 2, from 0"):
        load_net("two.prototxt", test_net=2)


def test_a_file_that_is_open_is_not_read_again(small: Case) -> None:
    file = open_net_file("net.prototxt", Registry(make_manager()).schema)
    Path("net.prototxt").unlink()
    assert load_net(file).phase == "TEST"


def test_a_solvers_test_nets_share_layers_and_weights(
    small: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.run()
    small.add("two.prototxt", SOLVER.replace("test_iter: 2", "test_iter: 2 test_iter: 3"))
    read: list[Path] = []

    def counted(path: Path, schema: Any) -> Any:
        read.append(path)
        return read_weights(path, schema)

    monkeypatch.setattr(start_weights, "read_weights", counted)
    said: list[str] = []
    first, second = load_test_nets("two.prototxt", [0, 1], snapshot=2, tell=said.append)
    assert [one.variable for one in first.params] == [two.variable for two in second.params]
    assert len(read) == 1
    assert [line.endswith("12.caffemodel: 2 layers loaded") for line in said] == [True, True]
    alone = load_net("two.prototxt", snapshot=2, test_net=1)
    np.testing.assert_array_equal(flat(second.get_params()), flat(alone.get_params()))
    assert [net.context.test_net for net in (first, second, alone)] == [0, 1, 1]


def test_the_one_net_of_a_nets_file_is_number_0(small: Case) -> None:
    (net,) = load_test_nets("net.prototxt", [0])
    assert net.phase == "TEST"


def test_all_that_was_left_out_is_told_once(small: Case) -> None:
    small.add("odd.prototxt", SOLVER + "warm_up: 3")
    small.add("net.prototxt", NET + 'fork: "b"')
    said: list[str] = []
    load_net("odd.prototxt", ignore_unknown_fields=True, tell=said.append)
    assert [line.split(": ")[-1] for line in said] == ["warm_up", "fork"]
    said.clear()
    load_net("net.prototxt", ignore_unknown_fields=True, tell=said.append)
    assert [line.split(": ")[-1] for line in said] == ["fork"]


def net_with(case: Case, name: str, *changes: tuple[str, str]) -> str:
    text = (case.folder / "net.prototxt").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    case.add(name, text)
    return name


def test_weights_must_be_there_for_every_layer(small: Case) -> None:
    small.run()
    weights = "snap_iter_6.caffemodel"
    other = net_with(small, "other.prototxt", ('name: "ip"', 'name: "fc"'))
    with pytest.raises(OwltfError, match=r"no weights for 1 of 2 layers of net 'small': fc; --al"):
        load_net(other, weights=weights)
    said: list[str] = []
    load_net(other, weights=weights, allow_missing=True, tell=said.append)
    assert said[-1].endswith("1 layers loaded; not in the file: fc; not in the net: ip")


def test_weights_of_another_net_are_refused_in_any_case(small: Case) -> None:
    small.run()
    changes = (('name: "ip"', 'name: "fc"'), ('name: "conv1"', 'name: "c"'))
    other = net_with(small, "other.prototxt", *changes)
    message = "has weights for conv1, ip, and for no layer of net 'small', which needs them for c, "
    for allowed in (False, True):
        with pytest.raises(OwltfError, match=message):
            load_net(other, weights="snap_iter_6.caffemodel", allow_missing=allowed)


def test_an_unknown_keyword_is_told_before_the_file_is_read() -> None:
    with pytest.raises(TypeError, match=r"load_net\(\) got .* 'weigths': did you mean 'weights'"):
        load_net("no.prototxt", weigths="w.caffemodel")
