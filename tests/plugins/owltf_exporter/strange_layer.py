"""Nets of a layer by a stranger's Keras class, and their programs."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
from owltf_exporter.export_job import Exported
from owltf_exporter.formats import python_file

from owltf.api import Layer, LayerConverter, ParamBlob, hookimpl
from owltf.testing import net_of, one_layer, use_plugins

SHAPE = (2, 3)


def stranger(kind: type, **config: Any) -> Any:
    """Return a plugin that converts the type Strange by a Keras layer class."""

    class Strange(LayerConverter):
        caffe_type = "Strange"
        params = tuple(ParamBlob(name) for name in weight_names(kind, config))

        def build(self, layer: Layer, bottom: Any) -> Any:
            return bottom.map(layer.keras(kind, **config))

    return SimpleNamespace(owltf_layer_converters=hookimpl(lambda: [Strange]))


def weight_names(kind: Any, config: dict[str, Any]) -> list[str]:
    """Return the names of the weights of a Keras layer class, in its order."""
    # A layer inside another is copied, so that the one in the configuration stays unbuilt.
    layer = kind.from_config(kind(**config).get_config())
    layer(keras.Input(SHAPE[1:]))
    return [weight.name for weight in layer.weights]


def exported(kind: type, *, more: str = "", **config: Any) -> Exported:
    """Return a net of a layer by a stranger's class, its weights drawn."""
    with use_plugins(stranger(kind, **config)):
        net = net_of(one_layer('type: "Strange"', SHAPE) + more)
    rng = np.random.default_rng(0)
    net.set_params(
        {
            name: [rng.uniform(1, 2, each.shape) for each in params]
            for name, params in net.get_params().items()
        }
    )
    return Exported(net)


def check_program(made: Exported, folder: Path) -> str:
    """Write a program, compare its outputs with the net's, and return its text."""
    python_file.write(made, folder / "net.py")
    assert python_file.check(made, folder / "net.py").size < 1e-6
    return (folder / "net.py").read_text()
