"""caffe.Net: what a script reads, writes and runs, against NumPy and Caffe's figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from script_nets import SMALL, close, net_of

import owltf.pycaffe as caffe

PASSES = Path(__file__).parents[1] / "net" / "oracle" / "passes"
RNG = np.random.default_rng(3)


def test_blobs_outlive_the_net(small: caffe.Net) -> None:
    params = [blob for blobs in small.params.values() for blob in blobs]
    blobs = list(small.blobs.values())
    del small
    assert np.isfinite(sum(blob.data.sum() + blob.diff.sum() for blob in (*params, *blobs)))


def test_values_written_into_constant_data_stay(small: caffe.Net) -> None:
    labels = small.blobs["label"].data.copy()
    first = small.forward()["loss"].copy()
    assert small.forward()["loss"] != first
    assert (small.blobs["label"].data == labels).all()


def test_arrays_stay_the_same(small: caffe.Net) -> None:
    ip, weights = small.blobs["ip_blob"].data, small.params["ip"][0].data
    small.forward()
    before = ip.copy()
    assert before.any()
    weights *= 2
    small.forward(start="ip")
    assert not np.array_equal(ip, before)
    close(ip, small.blobs["conv"].data.reshape(5, -1) @ weights.T)


def test_one_layer_forward_and_backward(small: caffe.Net) -> None:
    conv, ip = small.blobs["conv"], small.blobs["ip_blob"]
    conv.data[:] = RNG.uniform(size=conv.data.shape)
    assert set(small.forward(start="ip", end="ip")) == {"ip_blob"}
    weights = small.params["ip"][0].data
    close(ip.data, conv.data.reshape(5, -1) @ weights.T)
    ip.diff[:] = RNG.uniform(size=ip.shape)
    assert set(small.backward(start="ip", end="ip")) == {"conv"}
    close(conv.diff, (ip.diff @ weights).reshape(conv.shape))
    close(small.params["ip"][0].diff, ip.diff.T @ conv.data.reshape(5, -1))


def test_parameter_gradients_add_up_until_they_are_cleared(small: caffe.Net) -> None:
    small.forward()
    small.backward()
    diff = small.params["conv"][0].diff
    once = diff.copy()
    assert once.any()
    small.backward()
    close(diff, 2 * once)
    small.clear_param_diffs()
    assert not diff.any()


def test_a_training_loop_that_changes_gradients(small: caffe.Net) -> None:
    losses = []
    small.blobs["data"].data[...] = 0
    data = RNG.normal(size=small.blobs["data"].shape)
    for _ in range(20):
        small.clear_param_diffs()
        small.blobs["data"].data[...] = data
        losses.append(float(small.forward(start="conv")["loss"]))
        small.backward()
        for blobs in small.params.values():
            for blob in blobs:
                blob.diff[...] = np.clip(blob.diff, -1, 1)
                blob.data[...] -= 0.05 * blob.diff
    assert losses[-1] < 0.2 * losses[0]


def test_backward_from_given_gradients(tmp_path: Path) -> None:
    text = """input: "x" input_dim: 2 input_dim: 3 input_dim: 1 input_dim: 1 force_backward: true
        layer { name: "ip" type: "InnerProduct" bottom: "x" top: "y"
          inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }"""
    net = net_of(tmp_path, text, caffe.TEST)
    x, seed = RNG.normal(size=(2, 3, 1, 1)), RNG.normal(size=(2, 4))
    assert set(net.forward(x=x)) == {"y"}
    grads = net.backward(diffs=["y"], y=seed)
    close(grads["x"].reshape(2, 3), seed @ net.params["ip"][0].data)
    close(grads["y"], seed)
    with pytest.raises(Exception, match="do not match net outputs"):
        net.backward(z=seed)
    with pytest.raises(Exception, match="do not match net inputs"):
        net.forward(z=x)
    with pytest.raises(Exception, match="not batch sized"):
        net.forward(x=x[:1])
    with pytest.raises(Exception, match="not batch sized"):
        net.backward(y=seed[:1])


def test_a_callback_sees_each_layer(small: caffe.Net) -> None:
    seen: list[tuple[str, int]] = []
    small.before_forward(lambda layer: seen.append(("before", layer)))
    small.after_forward(lambda layer: seen.append(("after", layer)))
    small.forward(start="ip")
    assert seen == [("before", 2), ("after", 2), ("before", 3), ("after", 3)]
    seen.clear()
    small.before_backward(lambda layer: seen.append(("back", layer)))
    small.after_backward(lambda layer: seen.append(("backed", layer)))
    small.backward(end="conv")
    assert [layer for what, layer in seen if what == "back"] == [3, 2, 1]
    assert seen[-1] == ("backed", 1)


def test_a_callback_changes_what_the_next_layer_takes(small: caffe.Net) -> None:
    def clear(layer: int) -> None:
        if small._layer_names[layer] == "conv":
            small.blobs["conv"].data[...] = 0

    small.after_forward(clear)
    small.forward()
    close(small.blobs["ip_blob"].data, np.zeros((5, 3)))


def test_weights_are_saved_and_read(small: caffe.Net, tmp_path: Path) -> None:
    wanted = {name: [blob.data.copy() for blob in all_] for name, all_ in small.params.items()}
    small.save(str(tmp_path / "w.caffemodel"))
    small.save_hdf5(str(tmp_path / "w.any"))
    (tmp_path / "w.any").rename(tmp_path / "w.h5")
    old = net_of(tmp_path, SMALL, str(tmp_path / "w.caffemodel"), caffe.TEST)
    new = net_of(tmp_path, SMALL, caffe.TEST, weights=str(tmp_path / "w.caffemodel"))
    third = net_of(tmp_path, SMALL, caffe.TEST)
    held = third.params["ip"][0].data
    third.load_hdf5(str(tmp_path / "w.h5"))
    assert np.array_equal(held, wanted["ip"][0])
    for net in (old, new, third):
        for name, arrays in wanted.items():
            for blob, array in zip(net.params[name], arrays, strict=True):
                assert np.array_equal(blob.data, array)


def test_two_nets_share_weights(small: caffe.Net, tmp_path: Path) -> None:
    other = net_of(tmp_path, SMALL, caffe.TEST)
    other.forward()
    other.share_with(small)
    small.params["ip"][0].data[...] = 7
    assert (other.params["ip"][0].data == 7).all()
    other.params["ip"][0].data[...] = 3
    small.forward()
    other.forward()
    for net in (small, other):
        close(
            net.blobs["ip_blob"].data, 3 * net.blobs["conv"].data.sum((1, 2, 3))[:, None] + [0] * 3
        )
    small.backward()
    assert not other.params["ip"][0].diff.any()


def test_reshape_between_calls(tmp_path: Path) -> None:
    text = """input: "x" input_shape { dim: 1 dim: 2 dim: 5 dim: 5 }
        layer { name: "conv" type: "Convolution" bottom: "x" top: "conv"
          convolution_param { num_output: 3 kernel_size: 3 weight_filler { type: "xavier" } } }
        layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }"""
    net = net_of(tmp_path, text, caffe.TEST)
    one = net.forward(x=np.ones((1, 2, 5, 5)))["conv"].copy()
    weights = net.params["conv"][0].data
    net.blobs["x"].reshape(2, 2, 7, 6)
    net.reshape()
    assert net.blobs["conv"].data.shape == (2, 3, 5, 4)
    net.blobs["x"].data[...] = 1
    many = net.forward()["conv"].copy()
    close(many, np.broadcast_to(one[:, :, :1, :1], many.shape))
    weights *= 2
    close(net.forward()["conv"], 2 * many)
    net.blobs["x"].reshape(1, 2, 5, 5)
    net.blobs["x"].data[...] = 1
    close(net.forward()["conv"], 2 * one)
    assert (net.blobs["x"].num, net.blobs["x"].channels) == (1, 2)
    assert (net.blobs["x"].height, net.blobs["x"].width, net.blobs["x"].count) == (5, 5, 50)


def test_surgery_from_fully_connected_to_convolutional(tmp_path: Path) -> None:
    text = """input: "x" input_shape { dim: 1 dim: 2 dim: 4 dim: 4 }
        layer { name: "NAME" type: "TYPE" bottom: "x" top: "y" PARAM }"""
    fc = text.replace("NAME", "fc").replace("TYPE", "InnerProduct")
    fc = fc.replace(
        "PARAM", 'inner_product_param { num_output: 3 weight_filler { type: "xavier" } }'
    )
    conv = text.replace("NAME", "fc-conv").replace("TYPE", "Convolution")
    conv = conv.replace("PARAM", "convolution_param { num_output: 3 kernel_size: 4 }")
    flat, full = net_of(tmp_path, fc, caffe.TEST), net_of(tmp_path, conv, caffe.TEST)
    flat.params["fc"][1].data[...] = [1, 2, 3]
    target = {"fc-conv": (full.params["fc-conv"][0].data, full.params["fc-conv"][1].data)}
    target["fc-conv"][0].flat = flat.params["fc"][0].data.flat
    target["fc-conv"][1][...] = flat.params["fc"][1].data
    x = RNG.normal(size=(1, 2, 4, 4))
    close(full.forward(x=x)["y"].ravel(), flat.forward(x=x)["y"].ravel())
    full.save(str(tmp_path / "full.caffemodel"))
    again = net_of(tmp_path, conv, str(tmp_path / "full.caffemodel"), caffe.TEST)
    close(again.forward(x=x)["y"].ravel(), flat.forward(x=x)["y"].ravel())


def test_memory_data(tmp_path: Path) -> None:
    text = """layer { name: "data" type: "MemoryData" top: "data" top: "label"
        memory_data_param { batch_size: 2 channels: 1 height: 1 width: 3 } }
        layer { name: "sum" type: "Power" bottom: "data" top: "y" power_param { scale: 2 } }"""
    net = net_of(tmp_path, text, caffe.TEST)
    data = np.arange(12, dtype=np.float32).reshape(4, 1, 1, 3)
    net.set_input_arrays(data, np.arange(4, dtype=np.float32))
    for first in (0, 2, 0):
        close(net.forward()["y"], 2 * data[first : first + 2])
        assert net.blobs["label"].data.ravel().tolist() == [first, first + 1]
    with pytest.raises(RuntimeError, match="multiple of batch_size"):
        net.set_input_arrays(data[:3], np.arange(3, dtype=np.float32))


def test_errors_are_pycaffes(small: caffe.Net, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="missing.prototxt"):
        caffe.Net("missing.prototxt", caffe.TEST)
    with pytest.raises(RuntimeError, match="missing.caffemodel"):
        net_of(tmp_path, SMALL, "missing.caffemodel", caffe.TEST)
    with pytest.raises(RuntimeError, match="missing.caffemodel"):
        small.copy_from("missing.caffemodel")
    with pytest.raises(KeyError, match="did you mean 'conv'"):
        small.blobs["conb"]
    with pytest.raises(KeyError, match="did you mean 'conv'"):
        small.params["conb"]
    with pytest.raises(KeyError, match="did you mean 'conv'"):
        small.forward(blobs=["conb"])
    with pytest.raises(ValueError, match="did you mean 'conv'"):
        small.forward(start="conb")
    with pytest.raises(ValueError, match="did you mean 'loss'"):
        small.backward(start="los")
    with pytest.raises(ValueError, match="broadcast"):
        small.blobs["data"].data[...] = np.zeros((3, 3))
    with pytest.raises(AttributeError):
        small.blobs["data"].data = np.zeros(small.blobs["data"].shape)  # type: ignore[misc]
    with pytest.raises(RuntimeError, match="negative"):
        small.blobs["data"].reshape(-1, 2)
    with pytest.raises(RuntimeError, match="MemoryData"):
        small.set_input_arrays(np.zeros((1, 1)), np.zeros(1))
    with pytest.raises(RuntimeError, match=r"net.prototxt.*Convolutoin"):
        net_of(tmp_path, SMALL.replace("Convolution", "Convolutoin"), caffe.TEST)
    with pytest.raises(TypeError, match="phase"):
        net_of(tmp_path, SMALL, 5)
    with pytest.raises(TypeError, match="wights"):
        net_of(tmp_path, SMALL, caffe.TEST, wights="x")


def test_a_layer_before_a_pass_computes_on_zeros(small: caffe.Net) -> None:
    assert not small.backward(start="ip", end="ip")["conv"].any()


@pytest.fixture(scope="module")
def recorded() -> dict[str, np.ndarray]:
    """What Caffe answered."""
    with np.load(PASSES / "passes.npz") as file:
        return dict(file)


def passes_net(recorded: dict[str, np.ndarray]) -> caffe.Net:
    net = caffe.Net(str(PASSES / "net.prototxt"), str(PASSES / "weights.caffemodel"), caffe.TRAIN)
    for name in net.inputs:
        net.blobs[name].data[...] = recorded[f"in/{name}"]
    return net


@pytest.fixture(scope="module")
def whole(recorded: dict[str, np.ndarray]) -> caffe.Net:
    net = passes_net(recorded)
    net.forward()
    net.backward()
    return net


def test_the_splits_have_caffes_names(whole: caffe.Net) -> None:
    assert "pool1_pool1_0_split" in whole._layer_names
    names = [name for name in whole.blobs if name.startswith("pool1_pool1_0_split_")]
    assert [name[-1] for name in names] == ["0", "1", "2"]
    copy = whole.blobs["pool1_pool1_0_split_1"].data
    assert np.shares_memory(copy, whole.blobs["pool1"].data)


def test_the_whole_pass_is_caffes(whole: caffe.Net, recorded: dict[str, np.ndarray]) -> None:
    for key in recorded:
        kind, name = key.split("/")[1:3] if key.startswith("full/") else ("", "")
        if kind == "data":
            close(whole.blobs[name].data, recorded[key])
        elif kind == "diff":
            close(whole.blobs[name].diff, recorded[key])
        elif kind == "param":
            close(whole.params[name][int(key.split("/")[3])].diff, recorded[key])


@pytest.mark.parametrize("part", ["pool1-join", "left-up", "join-ip", "right-right", "conv1-pool1"])
def test_part_of_a_pass_is_caffes(part: str, recorded: dict[str, np.ndarray]) -> None:
    first, last = part.split("-")
    net = passes_net(recorded)
    net.forward()
    net.backward()
    of_part = {
        key[len(part) + 1 :]: recorded[key] for key in recorded if key.startswith(part + "/")
    }
    (taken,) = (key[5:] for key in of_part if key.startswith("from/"))
    copy = next(each for each in net.bottom_names[first] if each.startswith(taken))
    net.blobs[copy].data[...] = of_part[f"from/{taken}"]
    net.forward(start=first, end=last)
    net.clear_param_diffs()
    for name, blob in net.blobs.items():
        # The record kept the whole pass's gradients in the copies that splits make.
        if "_split_" not in name:
            blob.diff[...] = 0
    for key in of_part:
        if key.startswith("seed/"):
            net.blobs[key[5:]].diff[...] = of_part[key]
    for key in of_part:
        if key.startswith("data/"):
            close(net.blobs[key[5:]].data, of_part[key])
    net.backward(start=last, end=first)
    for key in of_part:
        kind, *names = key.split("/")
        if kind == "diff":
            close(net.blobs[copy].diff, of_part[key])
        elif kind == "param":
            close(net.params[names[0]][int(names[1])].diff, of_part[key])


def test_every_layer_alone_is_the_whole_pass(
    whole: caffe.Net, recorded: dict[str, np.ndarray]
) -> None:
    net = passes_net(recorded)
    for name in net._layer_names:
        net.forward(start=name, end=name)
    for name in reversed(net._layer_names):
        net.backward(start=name, end=name)
    for name, blob in whole.blobs.items():
        close(net.blobs[name].data, blob.data)
        close(net.blobs[name].diff, blob.diff)
    for name, blobs in whole.params.items():
        for blob, other in zip(blobs, net.params[name], strict=True):
            close(other.diff, blob.diff)


def test_backward_from_an_inner_blob(recorded: dict[str, np.ndarray]) -> None:
    net = passes_net(recorded)
    net.forward(end="pool1")
    objective = net.blobs["pool1"]
    objective.diff[...] = objective.data
    dream = net.backward(start="pool1")["data"].copy()
    step = 1e-2 / np.abs(dream).mean()
    before = float((objective.data**2).sum())
    net.blobs["data"].data[...] += step * dream
    net.forward(end="pool1")
    assert float((net.blobs["pool1"].data ** 2).sum()) > before


def test_only_the_layers_that_run_must_fit(tmp_path: Path) -> None:
    text = """force_backward: true input: "x" input_shape { dim: 1 dim: 2 dim: 5 dim: 5 }
        layer { name: "conv" type: "Convolution" bottom: "x" top: "conv"
          convolution_param { num_output: 3 kernel_size: 3
            weight_filler { type: "constant" value: 0.1 } } }
        layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
        layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip"
          inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }"""
    net = net_of(tmp_path, text, caffe.TEST)
    first = net.forward(x=np.ones((1, 2, 5, 5)))["ip"].copy()
    net.blobs["x"].reshape(1, 2, 9, 8)
    net.blobs["x"].data[...] = 1
    conv = net.forward(end="relu")["conv"]
    assert conv.shape == (1, 3, 7, 6)
    net.blobs["conv"].diff[...] = 1
    assert net.backward(start="relu")["x"].shape == (1, 2, 9, 8)
    assert net.blobs["x"].diff.any()
    assert list(net.blobs) == ["x", "conv", "ip"] and len(net.layers) == 4
    with pytest.raises(RuntimeError, match="'ip'"):
        net.forward()
    net.blobs["x"].reshape(1, 2, 5, 5)
    close(net.forward(x=np.ones((1, 2, 5, 5)))["ip"], first)


def test_nets_that_do_not_fit_share_nothing(small: caffe.Net, tmp_path: Path) -> None:
    other = net_of(tmp_path, SMALL.replace("num_output: 3", "num_output: 2"), caffe.TEST)
    with pytest.raises(RuntimeError, match=r"'ip' has a parameter of shape \(2, 80\)"):
        other.share_with(small)
