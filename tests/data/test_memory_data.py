from __future__ import annotations

import numpy as np
import pytest

from owltf.api import load_net

NET = """layer { name: "data" type: "MemoryData" top: "data" top: "label"
  memory_data_param { batch_size: 2 channels: 1 height: 2 width: 3 } }"""


def arrays(count):
    images = np.arange(count * 6, dtype=np.float32).reshape(count, 1, 2, 3)
    return images, np.arange(count, dtype=np.float32)


def test_batches_wrap_around(make_layer, batches):
    layer = make_layer(NET)
    images, labels = arrays(6)
    layer.set_arrays(images, labels[:, None])
    taken = batches(layer, 4, 2)
    np.testing.assert_array_equal(
        np.concatenate([each for _, each in taken]), [2, 3, 4, 5, 0, 1, 2, 3]
    )
    np.testing.assert_array_equal(taken[0][0], images[2:4])
    assert layer.records == 6
    assert "6 records" in layer.describe()
    assert list(layer.labels())[1] == ("record 1", 1.0)


def test_through_the_net(tmp_path):
    (tmp_path / "net.prototxt").write_text(NET)
    net = load_net(tmp_path / "net.prototxt")
    images, labels = arrays(4)
    net.set_input_arrays(images, labels)
    for first in (0, 2, 0):
        out = net.forward()
        np.testing.assert_array_equal(out["data"], images[first : first + 2])
        np.testing.assert_array_equal(out["label"], labels[first : first + 2])
    net.set_input_arrays(images + 1, labels)
    np.testing.assert_array_equal(net.forward()["data"], images[:2] + 1)
    np.testing.assert_array_equal(next(net.batches())["data"], images[:2] + 1)


def test_mistakes(make_layer, refusal):
    layer = make_layer(NET)
    assert refusal(layer.dataset, 0).endswith("net.set_input_arrays(data, labels)")
    images, labels = arrays(3)
    assert "a multiple of batch_size 2, got 3" in refusal(layer.set_arrays, images, labels)
    assert "got (3, 6)" in refusal(layer.set_arrays, images.reshape(3, 6), labels)
    assert "must be 2 labels" in refusal(layer.set_arrays, images[:2], labels)
    assert "must be 1 or more; got 1, 0, 3" in refusal(make_layer, NET.replace("height: 2", ""))
    assert "two tops" in refusal(make_layer, NET.replace('top: "label"', ""))


def test_without_such_a_layer(tmp_path):
    (tmp_path / "net.prototxt").write_text(
        'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 } } }'
    )
    net = load_net(tmp_path / "net.prototxt")
    with pytest.raises(Exception, match="there are none"):
        net.set_input_arrays(*arrays(2))
    with pytest.raises(Exception, match="no data layers"):
        next(net.batches())
