"""The Keras layers of a converter are found in its code."""

from __future__ import annotations

import keras

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.keras_classes import keras_classes
from owltf.convert.layer import Layer
from owltf.layers.normalization.lrn import LRN, LRNAcrossChannels, LRNWithinChannel
from owltf.layers.vision.deconvolution import Deconv, Deconvolution


class Own(keras.layers.Layer):
    """Named by a function."""


class Tabled(keras.layers.Layer):
    """Named by a table."""


class Unused(keras.layers.Layer):
    """Named nowhere."""


TABLE = {"tabled": Tabled}


def own(layer: Layer) -> object:
    return [layer.keras(Own) for _ in range(1)]


class Finds(LayerConverter):
    """Uses a function and a table."""

    caffe_type = "Finds"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        own(layer)
        return bottom.map(layer.keras(TABLE["tabled"]))


def test_functions_and_tables_are_followed() -> None:
    assert keras_classes(Finds()) == {Own, Tabled}


def test_all_that_the_options_choose_from_are_found() -> None:
    assert keras_classes(LRN()) == {LRNAcrossChannels, LRNWithinChannel}


def test_an_inherited_build_counts() -> None:
    assert Deconv in keras_classes(Deconvolution())
