"""Checks that a net's Keras model computes the same after it is saved and loaded."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from owltf.net.net import Net
from owltf.testing.case import LayerCase, one_line
from owltf.testing.compare import assert_equal

_RULE = "a net's model must be the same once saved as .keras and loaded"


def check_keras_file(
    net: str | Path,
    bottoms: Sequence[Any],
    *,
    params: Sequence[Any] = (),
    phase: str = "TEST",
) -> None:
    """Check that a net's model computes the same bits after it is saved as `.keras` and loaded.

    Keras loads it without running code from the file: Lambda layers are refused.

    Args:
        net: a prototxt, as a path or as text.
        bottoms: an array for each of the layer's bottoms, in Caffe's order.
        params: the layer's parameter blobs; filled by their fillers if absent.
        phase: "TRAIN" or "TEST".

    Raises:
        AssertionError: if the model cannot be saved or loaded, or an output differs.
    """
    compare_keras_file(LayerCase.of(net, bottoms, params, phase=phase))


def compare_keras_file(case: LayerCase) -> None:
    """Compare a case's model with the one that is loaded from its file."""
    net = case.built
    if net.outputs:
        with tempfile.TemporaryDirectory() as folder:
            compare_loaded(net, case.feeds(net), Path(folder))


def compare_loaded(net: Net, feeds: Mapping[str, np.ndarray], folder: Path) -> Any:
    """Save the model of any net into a folder, load it and compare the outputs.

    Returns:
        The loaded model.
    """
    loaded = _save_and_load(net, folder / "net.keras")
    wanted, got = net.model(feeds, training=False), loaded(feeds, training=False)
    for name in net.outputs:
        what = f"{_RULE}; output '{name}'"
        assert_equal(got[name].numpy(), wanted[name].numpy(), what)
    return loaded


def _save_and_load(net: Net, path: Path) -> Any:
    try:
        with warnings.catch_warnings():
            # Keras calls what NumPy has deprecated; the layer cannot change that.
            warnings.simplefilter("ignore", DeprecationWarning)
            net.model.save(path)
            return keras.saving.load_model(path)
    except Exception as error:
        raise AssertionError(f"{_RULE}; {one_line(error)}") from error
