from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from owltf.data import owltf_data_layers
from owltf.data.data_layer import DataLayer
from owltf.errors import OwltfError
from owltf.runtime.batch_rows import BatchShare

ORACLE = Path(__file__).parent / "oracle"

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


SHUFFLED = {"image_resize_crop": "image_data_param", "hdf5": "hdf5_data_param"}


@pytest.fixture(
    params=[
        "hdf5",
        "hdf5 shuffled",
        "image_resize_crop",
        "image_resize_crop shuffled",
        "leveldb_plain",
        "lmdb_encoded",
        "lmdb_plain",
        "lmdb_crop_meanfile",
        "window",
    ]
)
def text(request):
    """A net of one data layer, of each source, which mirrors at random if it can."""
    name, *how = request.param.split()
    whole = (ORACLE / f"{name}.prototxt").read_text()
    if how:
        whole = whole.replace(f"{SHUFFLED[name]} {{", f"{SHUFFLED[name]} {{ shuffle: true")
    if name != "hdf5" and "mirror" not in whole:
        if "transform_param" not in whole:
            whole = whole.rstrip().removesuffix("}") + "transform_param { } }"
        whole = whole.replace("transform_param {", "transform_param { mirror: true")
    return whole


def test_a_resumed_run_has_the_batches_that_it_would_have_had(make_layer, batches, text):
    first = make_layer(text, phase="TRAIN")
    wanted = batches(first, 5)[2:]
    resumed = batches(make_layer(text, phase="TRAIN"), 3, 2 * first.batch_size)
    for found, tops in zip(resumed, wanted, strict=True):
        for one, other in zip(found, tops, strict=True):
            np.testing.assert_array_equal(one, other)
    assert not np.array_equal(wanted[0][0], wanted[1][0])


def test_processes_read_their_rows_of_each_batch(make_layer, batches, text):
    """Of three processes, so that no batch is split evenly."""
    whole = make_layer(text, phase="TRAIN")
    layers = [make_layer(text, phase="TRAIN", share=BatchShare(each, 1, 3)) for each in range(3)]
    assert all(layer.reads_own_rows for layer in layers)
    position = 2 * whole.batch_size
    read = [batches(layer, 3, position) for layer in layers]
    for number, tops in enumerate(batches(whole, 3, position)):
        for top, values in enumerate(tops):
            parts = [batch[number][top] for batch in read]
            assert [len(part) for part in parts] == [layer.own_rows[1] for layer in layers]
            np.testing.assert_array_equal(np.concatenate(parts), values)
