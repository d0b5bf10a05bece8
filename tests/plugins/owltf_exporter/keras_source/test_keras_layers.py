"""Keras's own layers are written by their configuration."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import pytest
from owltf_exporter.export_job import Exported
from owltf_exporter.keras_source.program import program_of
from strange_layer import check_program, exported

from owltf.api import Layer, LayerConverter, OwltfError, hookimpl
from owltf.testing import net_of, one_layer, use_plugins


@pytest.mark.parametrize(
    ("kind", "config", "written"),
    [
        (keras.layers.LayerNormalization, {}, "layers.LayerNormalization("),
        (
            keras.layers.Dense,
            {"units": 4, "activation": "relu"},
            'layers.Dense(4, activation="relu"',
        ),
        (keras.layers.Rescaling, {"scale": 2.0, "offset": 1.0}, "layers.Rescaling(2.0, offset=1.0"),
        (keras.layers.Flatten, {}, "layers.Flatten("),
        (keras.layers.ReLU, {"max_value": 1.0}, "layers.ReLU(max_value=1.0"),
        (keras.layers.Softmax, {"axis": 1}, 'layers.Softmax(name="layer")'),
    ],
)
def test_any_layer_of_kerass_own_is_written(
    kind: type, config: dict[str, Any], written: str, tmp_path: Path
) -> None:
    assert written in check_program(exported(kind, **config), tmp_path)


def test_a_layer_around_another_is_refused() -> None:
    inner = keras.layers.Dense(2)
    with pytest.raises(OwltfError, match=r"a keras.layers.\w+ of other objects"):
        program_of(exported(keras.layers.SpectralNormalization, layer=inner))


def test_a_layer_of_several_inputs_that_is_no_join_is_refused() -> None:
    class Join(LayerConverter):
        caffe_type = "Join"
        bottoms = (2, 2)

        def build(self, layer: Layer, *bottoms: Any) -> Any:
            made = layer.keras(keras.layers.Dot, axes=1)
            return bottoms[0].of(made([bottom.tensor for bottom in bottoms]))

    with use_plugins(SimpleNamespace(owltf_layer_converters=hookimpl(lambda: [Join]))):
        net = net_of(one_layer('type: "Join"', (2, 3), (2, 3)))
    with pytest.raises(OwltfError, match=r"a keras.layers.Dot of several inputs"):
        program_of(Exported(net))
