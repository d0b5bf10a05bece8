from __future__ import annotations

from pathlib import Path

import pytest

from owltf.data import owltf_data_layers
from owltf.data.data_layer import DataLayer
from owltf.errors import OwltfError

NET = 'layer { name: "cats" type: "Data" top: "data" }'


def test_the_hook_gives_every_layer():
    layers = {layer.caffe_type for layer in owltf_data_layers()}
    assert layers >= {"Data", "HDF5Data", "DummyData"}
    assert all(issubclass(layer, DataLayer) for layer in owltf_data_layers())


def test_the_folder_loads_without_tensorflow():
    import subprocess
    import sys

    code = "import sys, owltf.data, owltf.data.data_layer; assert 'tensorflow' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_errors_name_the_layer(make_context):
    context = make_context(NET)
    assert str(context.error("is odd")) == "Data layer 'cats' (net.prototxt:2): is odd"
    with pytest.raises(OwltfError, match="^Data layer 'cats' .*: inner$"), context.named_errors():
        raise OwltfError("inner")


def test_find(make_context):
    context = make_context(NET)
    assert context.find("source", "h5.txt").name == "h5.txt"
    with pytest.raises(OwltfError, match="^source is missing$"):
        context.find("source", "")
    with pytest.raises(OwltfError, match="^mean_file nowhere: not found; tried "):
        context.find("mean_file", "nowhere")


def test_global_batch(make_context):
    assert make_context(NET, batch_factor=4).global_batch(8) == 32
    with pytest.raises(OwltfError, match="^batch_size must be 1 or more"):
        make_context(NET).global_batch(0)


def test_a_layer_of_a_plugin(make_context):
    class Nothing(DataLayer):
        caffe_type = "Nothing"

        def dataset(self, position):
            return position

        def describe(self):
            return "nothing"

    layer = Nothing(make_context(NET, Path()))
    assert layer.first_position == 0
    assert layer.explain(ValueError()) is None


def test_a_record_without_a_key_is_called_by_its_number(make_context):
    class Endless(DataLayer):
        caffe_type = "Endless"

        def dataset(self, position):
            return position

        def describe(self):
            return "endless"

    layer = Endless(make_context(NET, Path()))
    assert layer.records is None
    assert [key for key, _ in zip(layer.keys(8), range(2), strict=False)] == ["8", "9"]
    layer.records = 9
    assert [key for key, _ in zip(layer.keys(8), range(3), strict=False)] == ["8", "0", "1"]
