"""Python layers: the user's code in nets, on one device and on several."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import h5py
import numpy as np
import pytest
from oracle_case import assert_close, check_gradients, gradient_case
from python_case import PYLOSS, load, python, write_module
from replica_run import run_replicas
from solver_case import Case, flat

from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.schema.schema import load_schema
from owltf.convert.context import NetContext
from owltf.errors import OwltfError
from owltf.inference.load_net import load_net
from owltf.net.weights import save_weights
from owltf.runtime.user_errors import user_message
from owltf.testing import LAYER, net_of, nets, run_layer

LOSS = python('"EuclideanLossLayer"', (4, 3), (4, 3), fields="loss_weight: 2")
SCALED = python('"Scaled" param_str: "0.5"', (4, 3, 2), tops=2)
COUNTED = python('"Counted"', tops=2)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with the module; Python layers are allowed."""
    write_module(tmp_path)
    monkeypatch.chdir(tmp_path)
    allowing = partial(NetContext, allow_python_layers=True)
    monkeypatch.setattr(nets, "NetContext", allowing)
    return tmp_path


def random(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(np.float32)


def test_a_loss_of_ones_own() -> None:
    a, b = random(4, 3), random(4, 3)[::-1]
    run = run_layer(LOSS, [a, b])
    assert_close(run.tops[0], [np.sum((a - b) ** 2) / 8])
    assert_close(run.bottom_grads[0], 2 * (a - b) / 4)
    assert_close(run.bottom_grads[1], 2 * (b - a) / 4)


def test_shapes_are_those_of_reshape() -> None:
    assert net_of(LOSS).blob_shapes["top0"] == (1,)
    shapes = net_of(SCALED).blob_shapes
    assert (shapes["top0"], shapes["top1"]) == ((4, 3, 2), (4,))


def test_blobs_are_learned() -> None:
    case = gradient_case(SCALED, [random(4, 3, 2)], params=[[1.5]])
    assert_close(case.run().tops[0], 0.75 * case.bottoms[0])
    check_gradients(case)


def test_blobs_start_as_setup_fills_them(tmp_path: Path) -> None:
    net = net_of(SCALED)
    np.testing.assert_array_equal(net.get_params()[LAYER], [[3]])
    save_weights(net, tmp_path / "net.caffemodel")
    (blobs,) = (
        each.blobs for each in read_weights("net.caffemodel", load_schema()) if each.name == LAYER
    )
    np.testing.assert_array_equal(blobs[0], [3])


def test_a_layer_in_place() -> None:
    text = python('"Clamp"', (2, 3)).replace('top: "top0"', 'top: "bottom0"')
    case = gradient_case(text, [random(2, 3)])
    assert_close(case.run().tops[0], np.maximum(case.bottoms[0], 0))
    check_gradients(case)


def test_bottoms_come_in_caffes_order() -> None:
    conv = """layer { name: "conv" type: "Convolution" bottom: "bottom0" top: "conv"
      convolution_param { num_output: 4 kernel_size: 1 weight_filler { type: "xavier" } } }"""
    first, layer = python('"Scaled" param_str: "1"', (2, 3, 5, 4), tops=2).splitlines()
    net = net_of("\n".join([first, conv, layer.replace('bottom: "bottom0"', 'bottom: "conv"')]))
    blobs = net.forward({"bottom0": random(2, 3, 5, 4)}, ["conv", "top0", "top1"])
    assert_close(blobs["top0"], 3 * blobs["conv"])
    assert_close(blobs["top1"], blobs["conv"].sum((1, 2, 3)))


def test_a_batch_of_another_size_is_taken() -> None:
    tops = net_of(SCALED).forward({"bottom0": random(7, 3, 2)})
    assert (tops["top0"].shape, tops["top1"].shape) == ((7, 3, 2), (7,))


def test_a_source_of_ones_own_without_bottoms() -> None:
    net = net_of(COUNTED, "TEST")
    assert net.inputs == ()
    passes = [net.forward({})["top0"][:, 0] for _ in range(2)]
    np.testing.assert_array_equal(passes, [np.arange(6), 100 + np.arange(6)])
    np.testing.assert_array_equal(net.forward({})["top1"], [[1, 1, 1]])


def test_each_net_has_its_own() -> None:
    first, second = net_of(COUNTED), net_of(COUNTED)
    first.forward({})
    assert second.forward({})["top0"][0, 0] == 0


TWO = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 5 dim: 3 } } }
layer { name: "y" type: "Input" top: "y" input_param { shape { dim: 5 dim: 3 } } }
layer { name: "scaled" type: "Python" bottom: "x" top: "scaled" top: "sums"
  python_param { module: "pyloss" layer: "Scaled" param_str: "0.5" } }
layer { name: "loss" type: "Python" bottom: "scaled" bottom: "y" top: "loss" loss_weight: 2
  python_param { module: "pyloss" layer: "EuclideanLossLayer" } }
"""


@pytest.mark.parametrize("replicas", [2, 3])
def test_replicas_have_the_figures_of_one(replicas: int) -> None:
    arrays = {"x": random(5, 3), "y": random(5, 3)[::-1]}
    one, many = run_replicas(TWO, arrays, 1), run_replicas(TWO, arrays, replicas)
    for loss in many.tops["loss"]:
        assert_close(loss, one.tops["loss"][0])
    assert_close(np.concatenate(many.tops["sums"]), one.tops["sums"][0])
    for name in arrays:
        assert_close(many.grads[name], one.grads[name])


def test_what_is_not_allowed_is_not_run(folder: Path) -> None:
    write_module(folder, "raise SystemExit('it ran')")
    (folder / "net.prototxt").write_text(LOSS)
    message = (
        r"^Python layer 'layer' \(net.prototxt:3\): running pyloss.EuclideanLossLayer without "
        r"--allow-python-layers .* is not supported$"
    )
    with pytest.raises(OwltfError, match=message):
        load_net("net.prototxt")


def test_a_net_is_loaded_with_its_code(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = folder / "beside"
    beside.mkdir()
    monkeypatch.chdir(beside)
    net = load(folder, LOSS, phase="TRAIN")
    assert net.forward({"bottom0": np.ones((4, 3)), "bottom1": np.zeros((4, 3))})["top0"] == 1.5


@pytest.mark.parametrize(
    ("old", "new", "method", "reason"),
    [
        ("if len(bottom) != 2", "if len(bottom) != 3", "setup", "Exception: two bottoms are"),
        ("top[0].reshape(1)", "top[0].reshap(1)", "reshape", "AttributeError: 'Blob' object has"),
    ],
)
def test_an_error_at_the_start_names_the_line(
    folder: Path, old: str, new: str, method: str, reason: str
) -> None:
    text = PYLOSS.replace(old, new)
    write_module(folder, text)
    line = text[: text.index(reason.split(": ")[1][:11]) if "two" in reason else text.index(new)]
    where = rf"{folder}/pyloss.py:{line.count(chr(10)) + 1}"
    what = rf"pyloss.EuclideanLossLayer.{method} failed at {where}: {reason}"
    with pytest.raises(OwltfError, match=rf"^Python layer 'layer' \(.*:3\): {what}"):
        net_of(LOSS)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("self.distance**2", "self.absent", "forward failed at .*: AttributeError: 'EuclideanLoss"),
        ("scale * self.distance", "[1, 2]", "backward failed at .*: ValueError: could not broad"),
    ],
)
def test_an_error_in_a_pass_names_the_line(folder: Path, old: str, new: str, message: str) -> None:
    text = PYLOSS.replace(old, new)
    write_module(folder, text)
    line = text[: text.index(new)].count("\n") + 1
    with pytest.raises(Exception, match=message) as raised:
        run_replicas(LOSS, {"bottom0": random(4, 3), "bottom1": random(4, 3)}, 1)
    told = str(user_message(raised.value))
    assert told.startswith("Python layer 'layer' (")
    assert f"{folder}/pyloss.py:{line}: " in told
    assert "\n" not in told


def test_forward_cannot_change_blobs(folder: Path) -> None:
    change = "self.blobs[0].data[0] += 1\n        top[1].data"
    write_module(folder, PYLOSS.replace("top[1].data", change, 1))
    with pytest.raises(OwltfError, match="forward failed at .*read-only"):
        run_layer(SCALED, [random(4, 3, 2)])


TRAINED = """
layer { name: "data" type: "HDF5Data" top: "x" top: "y"
  hdf5_data_param { source: "train.txt" batch_size: 8 } }
layer { name: "ip" type: "InnerProduct" bottom: "x" top: "ip"
  inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
layer { name: "scaled" type: "Python" bottom: "ip" top: "scaled" top: "sums"
  python_param { module: "pyloss" layer: "Scaled" param_str: "1" } }
layer { name: "quiet" type: "Silence" bottom: "sums" }
layer { name: "loss" type: "Python" bottom: "scaled" bottom: "y" top: "loss" loss_weight: 1
  python_param { module: "pyloss" layer: "EuclideanLossLayer" } }
"""
SOLVER = """
net: "net.prototxt" base_lr: 0.05 lr_policy: "fixed" max_iter: 9 display: 4
snapshot_prefix: "snap" random_seed: 7 iter_size: 2
"""


def write_case(folder: Path) -> Case:
    """Write a net whose loss and learned factor are Python layers."""
    rng = np.random.default_rng(3)
    with h5py.File(folder / "train.h5", "w") as file:
        file["x"] = rng.normal(size=(40, 3)).astype(np.float32)
        file["y"] = (file["x"][:] @ rng.normal(size=(3, 2))).astype(np.float32)
    case = Case(folder)
    case.add("train.txt", "train.h5\n")
    case.add("net.prototxt", TRAINED)
    case.add("solver.prototxt", SOLVER)
    return case


@pytest.fixture
def trained(folder: Path) -> Case:
    """The net, in the working directory."""
    return write_case(folder)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[np.ndarray, list[float]]:
    """The weights that one device ends with, and its losses."""
    folder = tmp_path_factory.mktemp("alone")
    write_module(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        start, told = write_case(folder).run(allow_python_layers=True)
    return flat(start.nets.train.get_params()), [each.loss for each in told.displays]


@pytest.mark.parametrize(("replicas", "per_gpu"), [(3, False), (2, True)])
def test_several_devices_train_as_one(
    trained: Case, alone: tuple[np.ndarray, list[float]], replicas: int, per_gpu: bool
) -> None:
    wanted, losses = alone
    assert losses[-1] < 0.6 * losses[0]
    if per_gpu:
        trained.add("net.prototxt", TRAINED.replace("batch_size: 8", "batch_size: 4"))
    start, told = trained.run(replicas, allow_python_layers=True, batch_per_gpu=per_gpu)
    got = flat(start.nets.train.get_params())
    np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose([each.loss for each in told.displays], losses, rtol=1e-4)


SOURCE = """
layer { name: "data" type: "Python" top: "x" top: "y"
  python_param { module: "pyloss" layer: "Pairs" } }
layer { name: "ip" type: "InnerProduct" bottom: "x" top: "ip"
  inner_product_param { num_output: 1 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "EuclideanLoss" bottom: "ip" bottom: "y" top: "loss" }
"""


def test_a_source_feeds_a_run_on_any_number_of_devices(folder: Path) -> None:
    case = Case(folder)
    case.add("solver.prototxt", SOLVER)
    case.add("net.prototxt", SOURCE)
    runs = [case.run(count, allow_python_layers=True) for count in (1, 2)]
    params = [flat(start.nets.train.get_params()) for start, _ in runs]
    np.testing.assert_allclose(params[1], params[0], rtol=1e-5, atol=1e-6)
    losses = [each.loss for each in runs[0][1].displays]
    assert losses[-1] < 0.6 * losses[0]


def test_labels_are_not_propagated_to(trained: Case, folder: Path) -> None:
    refusing = "if propagate_down[1]:\n            raise Exception('labels')\n        for index"
    write_module(folder, PYLOSS.replace("for index", refusing, 1))
    _, recorder = trained.run(allow_python_layers=True)
    assert recorder.events[-1] == "finished"


def test_an_error_in_a_run_is_one_line(trained: Case, folder: Path) -> None:
    write_module(folder, PYLOSS.replace("self.distance**2", "self.dist"))
    with pytest.raises(
        OwltfError, match=r"^Python layer 'loss' \(net.prototxt:9\): .*pyloss.py:21: "
    ):
        trained.run(allow_python_layers=True)


SEGMENTS = """
layer { name: "conv" type: "Convolution" bottom: "image" top: "conv"
  convolution_param { num_output: 4 kernel_size: 3 pad: 3 weight_filler { type: "xavier" } } }
layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool"
  pooling_param { pool: MAX kernel_size: 2 stride: 2 } }
layer { name: "up" type: "Deconvolution" bottom: "pool" top: "up"
  convolution_param { num_output: 2 kernel_size: 4 stride: 2 weight_filler { type: "xavier" } } }
layer { name: "score" type: "Crop" bottom: "up" bottom: "image" top: "score"
  crop_param { axis: 2 offset: 2 } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "score" bottom: "label" top: "loss"
  loss_param { ignore_label: 255 normalize: false } }
"""
PHOTOS = """
layer { name: "photos" type: "Python" top: "image" top: "label"
  python_param { module: "pyloss" layer: "Photos" } }
"""
FED = """
layer {{ name: "photos" type: "Input" top: "image" top: "label" input_param {{
  shape {{ dim: 1 dim: 3 dim: {0} dim: {1} }} shape {{ dim: 1 dim: 1 dim: {0} dim: {1} }} }} }}
"""


def test_a_source_may_give_images_of_any_size_one_by_one(tmp_path: Path) -> None:
    net = load(tmp_path, PHOTOS + SEGMENTS)
    for height, width in [(8, 9), (11, 6), (8, 9)]:
        blobs = net.forward({}, ["image", "label", "loss"])
        fed = net_of(FED.format(height, width) + SEGMENTS)
        fed.set_params(net.get_params())
        wanted = fed.forward({name: blobs[name] for name in ("image", "label")}, ["loss"])
        assert blobs["image"].shape == (1, 3, height, width)
        assert_close(blobs["loss"], wanted["loss"])


def test_a_net_is_trained_on_images_of_any_size(tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.add("net.prototxt", PHOTOS + SEGMENTS)
    case.add(
        "solver.prototxt",
        'net: "net.prototxt" base_lr: 0.01 lr_policy: "fixed" max_iter: 6 display: 1 '
        "snapshot_after_train: false random_seed: 1",
    )
    _, told = case.run(allow_python_layers=True)
    losses = [display.loss for display in told.displays]
    assert losses[4] < losses[0]
    assert losses[5] < losses[1]
