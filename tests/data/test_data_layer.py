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


def test_a_field_of_transform_param_that_a_layer_ignores_is_refused(make_context):
    net = """
        layer { name: "cats" type: "Data" top: "data" transform_param { mirror: true scale: 2 } }
    """
    context = make_context(net, Path())
    context.check_transform({"mirror", "scale"})
    with pytest.raises(OwltfError, match=r"'cats' .*transform_param { scale } is not read by Data"):
        context.check_transform({"mirror"})
