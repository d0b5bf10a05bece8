"""Python layers of a script: data, losses, parameters, shapes, errors."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from script_nets import close, net_of

import owltf.pycaffe as caffe

NAME = "layers_of_a_script"


class TenTimes(caffe.Layer):
    """Multiplies by ten, whatever the shape."""

    def setup(self, bottom: Any, top: Any) -> None:
        self.factor = float(self.param_str or 10)

    def reshape(self, bottom: Any, top: Any) -> None:
        top[0].reshape(*bottom[0].data.shape)

    def forward(self, bottom: Any, top: Any) -> None:
        top[0].data[...] = self.factor * bottom[0].data

    def backward(self, top: Any, propagate_down: Any, bottom: Any) -> None:
        bottom[0].diff[...] = self.factor * top[0].diff


class Refuses(TenTimes):
    """Cannot be set up."""

    def setup(self, bottom: Any, top: Any) -> None:
        raise LookupError("not today")


class Learns(caffe.Layer):
    """Has a parameter whose gradient is 1."""

    def setup(self, bottom: Any, top: Any) -> None:
        self.blobs.add_blob(1)
        self.blobs[0].data[0] = 0

    def reshape(self, bottom: Any, top: Any) -> None:
        top[0].reshape(10)

    def forward(self, bottom: Any, top: Any) -> None:
        pass

    def backward(self, top: Any, propagate_down: Any, bottom: Any) -> None:
        self.blobs[0].diff[0] = 1


class TellsPhase(caffe.Layer):
    """Its top is the phase."""

    def setup(self, bottom: Any, top: Any) -> None:
        pass

    def reshape(self, bottom: Any, top: Any) -> None:
        top[0].reshape()

    def forward(self, bottom: Any, top: Any) -> None:
        top[0].data[()] = self.phase


class Counts(caffe.Layer):
    """A data layer: images and labels, another batch in each pass."""

    def setup(self, bottom: Any, top: Any) -> None:
        self.given = eval(self.param_str)
        self.seen = 0

    def reshape(self, bottom: Any, top: Any) -> None:
        top[0].reshape(self.given["batch"], 3)
        top[1].reshape(self.given["batch"], 2)

    def forward(self, bottom: Any, top: Any) -> None:
        rng = np.random.default_rng(self.seen)
        top[0].data[...] = rng.normal(size=top[0].data.shape)
        top[1].data[...] = top[0].data @ np.array([[1, 2], [3, 4], [5, 6]])
        self.seen += 1

    def backward(self, top: Any, propagate_down: Any, bottom: Any) -> None:
        pass


class Euclid(caffe.Layer):
    """The Euclidean loss, as the notebooks have it."""

    def setup(self, bottom: Any, top: Any) -> None:
        if len(bottom) != 2:
            raise Exception("Need two inputs to compute distance.")

    def reshape(self, bottom: Any, top: Any) -> None:
        if bottom[0].count != bottom[1].count:
            raise Exception("Inputs must have the same dimension.")
        self.diff = np.zeros_like(bottom[0].data, dtype=np.float32)
        top[0].reshape(1)

    def forward(self, bottom: Any, top: Any) -> None:
        self.diff[...] = bottom[0].data - bottom[1].data
        top[0].data[...] = np.sum(self.diff**2) / bottom[0].num / 2.0

    def backward(self, top: Any, propagate_down: Any, bottom: Any) -> None:
        for i in range(2):
            if not propagate_down[i]:
                continue
            sign = 1 if i == 0 else -1
            bottom[i].diff[...] = sign * self.diff / bottom[i].num


@pytest.fixture(autouse=True)
def module() -> Iterator[ModuleType]:
    """These layers as the module that the nets name."""
    made = ModuleType(NAME)
    vars(made).update({name: value for name, value in globals().items() if name[0].isupper()})
    sys.modules[NAME] = made
    yield made
    del sys.modules[NAME]


def python(name: str, kind: str, bottom: str, more: str = "") -> str:
    bottoms = " ".join(f'bottom: "{each}"' for each in bottom.split())
    return (
        f'layer {{ name: "{name}" type: "Python" {bottoms} top: "{name}" '
        f'python_param {{ module: "{NAME}" layer: "{kind}" {more} }} }}'
    )


INPUT = 'force_backward: true input: "data" input_shape { dim: 10 dim: 9 dim: 8 }'


@pytest.fixture
def three(tmp_path: Path) -> caffe.Net:
    pairs = (("one", "data"), ("two", "one"), ("three", "two"))
    text = INPUT + "".join(python(name, "TenTimes", bottom) for name, bottom in pairs)
    return net_of(tmp_path, text, caffe.TRAIN)


def test_forward_and_backward(three: caffe.Net) -> None:
    three.blobs["data"].data[...] = 8
    three.forward()
    assert (three.blobs["three"].data == 8000).all()
    three.blobs["three"].diff[...] = 7
    three.backward()
    assert (three.blobs["data"].diff == 7000).all()


def test_shapes_follow(three: caffe.Net) -> None:
    three.blobs["data"].reshape(4, 4, 4, 4)
    three.forward()
    assert all(blob.data.shape == (4, 4, 4, 4) for blob in three.blobs.values())


def test_param_str(tmp_path: Path) -> None:
    net = net_of(tmp_path, INPUT + python("y", "TenTimes", "data", 'param_str: "2"'), caffe.TEST)
    close(net.forward(data=np.ones((10, 9, 8)))["y"], np.full((10, 9, 8), 2))


def test_what_the_layer_raises_reaches_the_script(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="not today"):
        net_of(tmp_path, INPUT + python("y", "Refuses", "data"), caffe.TEST)
    with pytest.raises(RuntimeError, match="Absent"):
        net_of(tmp_path, INPUT + python("y", "Absent", "data"), caffe.TEST)


def test_parameters(tmp_path: Path) -> None:
    net = net_of(tmp_path, INPUT + python("y", "Learns", "data"), caffe.TRAIN)
    net.forward()
    net.backward()
    (blob,) = net.layer_dict["y"].blobs
    assert (blob.data[0], blob.diff[0]) == (0, 1)
    blob.data[0] += blob.diff[0]
    net.save(str(tmp_path / "w.caffemodel"))
    blob.data[0] = -1
    net.forward()
    net.copy_from(str(tmp_path / "w.caffemodel"))
    assert blob.data[0] == 1


@pytest.mark.parametrize("phase", [caffe.TRAIN, caffe.TEST])
def test_phases(tmp_path: Path, phase: int) -> None:
    assert net_of(tmp_path, python("y", "TellsPhase", ""), phase).forward()["y"] == phase


def test_a_python_data_layer_and_a_python_loss_train(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = python("data", "Counts", "", "param_str: \"{'batch': 16}\"")
    data = data.replace('top: "data"', 'top: "data" top: "label"')
    loss = python("loss", "Euclid", "ip label").replace('top: "loss"', 'top: "loss" loss_weight: 1')
    ip = """layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
        inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }"""
    monkeypatch.chdir(tmp_path)
    Path("net.prototxt").write_text(data + ip + loss)
    Path("s.prototxt").write_text(
        'net: "net.prototxt" base_lr: 0.2 momentum: 0.5 lr_policy: "fixed" max_iter: 60 '
        "test_iter: 2 test_interval: 50 snapshot_after_train: false"
    )
    solver = caffe.get_solver("s.prototxt")
    solver.step(60)
    weights = solver.net.params["ip"][0].data
    np.testing.assert_allclose(weights, [[1, 3, 5], [2, 4, 6]], atol=0.05)
    assert solver.net.blobs["loss"].data.shape == (1,)
    # Each pass took a batch of its own.
    first = solver.net.blobs["data"].data.copy()
    solver.net.forward()
    assert not np.array_equal(solver.net.blobs["data"].data, first)
