"""Some outputs are kept of all batches of a test, and make its figures together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from owltf.api import hookimpl
from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.net.collected import collected_outputs
from owltf.runtime.devices import choose_devices
from owltf.testing import net_of, use_plugins
from owltf.train.evaluation import Evaluation


class Kept(LayerConverter):
    """Gives its bottom, of which a test tells the greatest value."""

    caffe_type = "Kept"
    is_collected = True

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        return bottom

    def figures(
        self, parameter: Any, tops: Sequence[np.ndarray], solver: Any | None
    ) -> Mapping[str, float]:
        joined = np.concatenate([top.reshape(-1, 3) for top in tops])
        return {"": float(joined.max()), " rows": float(len(joined)), " solver": solver or 0.0}


@hookimpl
def owltf_layer_converters() -> list[type[LayerConverter]]:
    return [Kept]


NET = """
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 } } }
    layer { name: "kept" type: "Kept" bottom: "data" top: "kept" }
    layer { name: "mean" type: "Power" bottom: "data" top: "mean" }
"""


@pytest.fixture
def net() -> Iterator[Any]:
    with use_plugins(SimpleNamespace(owltf_layer_converters=owltf_layer_converters)):
        yield net_of(NET, "TEST")


def test_figures_of_tops(net: Any) -> None:
    (figures,) = collected_outputs(net, 7.0).values()
    found = figures([np.ones((2, 3)), np.full((4, 3), 9.0)])
    assert found == {"kept": [9], "kept rows": [6], "kept solver": [7]}


def test_a_test_tells_them_among_the_means(net: Any) -> None:
    batches = iter([{"data": tf.fill((2, 3), float(number))} for number in (1, 5)])
    evaluation = Evaluation(net, choose_devices(cpu_replicas=1), batches, tf.Variable(False), 4.0)
    evaluation._many = evaluation._loop
    done, _, outputs = evaluation.run(2)
    assert done == 2
    assert (outputs["kept"], outputs["kept rows"], outputs["kept solver"]) == ([5], [4], [4])
    np.testing.assert_array_equal(outputs["mean"], np.full((2, 3), 3.0))
