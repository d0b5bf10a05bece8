"""The Keras layer of Python layers: which of the user's layers is called, and on what."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from python_case import PYLOSS, python, write_module

from owltf.convert.context import NetContext
from owltf.errors import OwltfError
from owltf.layers.utility.python_call import HostLayers, PythonCall
from owltf.testing import LAYER, net_of, nets

SCALED = python('"Scaled" param_str: "0.5"', (4, 3, 2), tops=2)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with the module; Python layers are allowed."""
    write_module(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(nets, "NetContext", partial(NetContext, allow_python_layers=True))
    return tmp_path


class Host:
    """Stands for a user's layer."""

    def twin(self) -> Host:
        return Host()


@pytest.mark.parametrize("is_shared", [False, True])
def test_each_device_has_a_layer_or_they_take_turns(is_shared: bool) -> None:
    hosts, found = HostLayers(Host(), is_shared=is_shared), []
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    for _ in range(2):
        strategy.run(lambda: found.append(hosts.of_replica()))
    assert found[0] is hosts.of_replica()
    assert len(set(found)) == (1 if is_shared else 2)


@pytest.mark.usefixtures("folder")
def test_a_saved_model_holds_no_code() -> None:
    net = net_of(SCALED)
    net.model.save("net.keras")
    loaded = keras.saving.load_model("net.keras")
    np.testing.assert_array_equal(loaded.get_layer(LAYER).blobs[0], [3])
    with pytest.raises(OwltfError, match="Python layer 'layer' .*its code is not in a saved model"):
        loaded({"bottom0": np.ones((4, 3, 2))})


def test_shapes_follow_the_batch_where_they_are_split() -> None:
    call = PythonCall(
        "title",
        rows=[6, None],
        trained=[True, False],
        tops=[(6, 2), (12,), (6, 5), ()],
        split=[True, True, False, False],
        blobs=[],
        is_own=False,
    )
    assert call.compute_output_shape(None) == [(None, 2), (None,), (6, 5), ()]
    again = PythonCall.from_config(call.get_config())
    assert again.compute_output_shape(None) == call.compute_output_shape(None)


def test_other_shapes_in_a_pass_are_refused(folder: Path) -> None:
    text = PYLOSS.replace("top[1].reshape(1, 3)", "top[1].reshape(1, 3 + self.passes)")
    write_module(folder, text)
    net = net_of(python('"Counted"', tops=2))
    net.forward({})
    message = r"top 'top1' has shape \(1, 4\) in this pass, but \(1, 3\) when"
    with pytest.raises(Exception, match=message):
        net.forward({})


def test_a_layer_without_tops_is_run_for_what_it_does(folder: Path) -> None:
    write_module(
        folder,
        PYLOSS
        + "\n\nclass Seen(caffe.Layer):"
        + "\n    def forward(self, bottom, top):"
        + "\n        np.save(self.param_str, bottom[0].data)\n",
    )
    net = net_of(python('"Seen" param_str: "seen.npy"', (2, 3), tops=0))
    assert net.forward({"bottom0": np.ones((2, 3))}) == {}
    np.testing.assert_array_equal(np.load("seen.npy"), np.ones((2, 3)))
