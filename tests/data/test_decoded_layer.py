from __future__ import annotations

import numpy as np

from owltf.data.bad_records import BadRecords
from owltf.data.decoded_layer import DecodedLayer
from owltf.errors import OwltfError

COUNT, SHAPE = 10, (3, 6, 5)


class Numbered:
    """Images whose pixels are their numbers; the fourth cannot be read."""

    def reader(self):
        return lambda number, count: range(number, number + count)

    def load(self, item):
        if item == 3:
            raise ValueError("is gone")
        return np.full((6, 5, 3), item % COUNT, np.uint8), item % COUNT

    def error(self, number, reason):
        return OwltfError(f"image {number} {reason}")


class Numbers(DecodedLayer):
    def __init__(self, context):
        super().__init__(context)
        self.batch_size, self.records = 4, COUNT
        with context.named_errors():
            self.read_from(Numbered(), SHAPE, BadRecords(context, COUNT))

    def describe(self):
        return "numbers"


TEXT = 'layer { name: "n" type: "Numbers" top: "data" top: "label" transform_param { %s } }'


def test_batches_in_both_layouts(make_context, batches):
    layer = Numbers(make_context(TEXT % "crop_size: 4 mean_value: 1", skip_bad_records=True))
    assert layer.top_shapes == ((4, 3, 4, 4), (4,))
    for number, (images, labels) in enumerate(batches(layer, 2)):
        wanted = [[0, 1, 2, 4], [4, 5, 6, 7]][number]
        np.testing.assert_array_equal(labels, wanted)
        np.testing.assert_array_equal(images[:, 0, 0, 0], np.array(wanted) - 1.0)
    ((images, _),) = layer.dataset_channels_last(4).take(1)
    assert images.shape == (4, 4, 4, 3)
    assert layer.bad_records.found == 1


def test_a_transformation_that_does_not_fit_names_the_layer(make_context, refusal):
    said = refusal(Numbers, make_context(TEXT % "crop_size: 7"))
    assert said.startswith("Numbers layer 'n' (net.prototxt:2): crop_size 7 is larger")


def test_each_of_several_processes_reads_its_own_rows(make_context, monkeypatch, batches):
    layer = Numbers(make_context(TEXT % ""))
    monkeypatch.setattr(Numbers, "own_rows", (2, 2))
    ((_, labels),) = batches(layer, 1, 4)
    np.testing.assert_array_equal(labels, [6, 7])
    assert layer.reads_own_rows
