"""HDF5Output: writes two blobs to an HDF5 file in each pass."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.caffe.binary.hdf5_target import create_hdf5
from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.errors import OwltfError
from owltf.files.atomic import atomic_path
from owltf.runtime.replicas import replica_number
from owltf.runtime.user_errors import marked
from owltf.runtime.whole_batch import gathered

DATASETS = ("data", "label")
_AXES = 4


@keras.saving.register_keras_serializable("owltf")
class Writer(keras.layers.Layer):
    """Writes two tensors in Caffe's order to an HDF5 file, and returns a zero.

    The file holds the whole batch of the last pass, whatever the number of replicas.

    Args:
        file: the path of the file.
        rows: how many rows each tensor has on all replicas; None if every replica has a copy.
        title: the Caffe layer in words, for errors.
    """

    any_size = True

    def __init__(self, file: str, rows: Sequence[int | None], title: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.file, self.rows, self.title = file, list(rows), title
        self.supports_jit = False

    def call(self, inputs: Sequence[Any]) -> Any:
        """Write the tensors."""
        whole = gathered([tf.stop_gradient(each) for each in inputs], self.rows)
        if replica_number():
            return tf.zeros(())
        write = partial(_write, Path(self.file), self.title)
        return tf.ensure_shape(tf.numpy_function(write, whole, tf.float32), ())

    def compute_output_shape(self, input_shape: Any) -> tuple[int, ...]:
        """Return the shape of the zero."""
        return ()

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"file": self.file, "rows": self.rows, "title": self.title}
        return {**super().get_config(), **own}


def _write(path: Path, title: str, *arrays: np.ndarray) -> np.float32:
    try:
        with atomic_path(path) as temporary, create_hdf5(temporary) as file:
            for name, array in zip(DATASETS, arrays, strict=True):
                file[name] = array.reshape((*array.shape, *[1] * (_AXES - array.ndim)))
    except OwltfError as error:
        raise OwltfError(marked(f"{title}: {error}")) from error
    return np.float32(0)


class HDF5Output(LayerConverter):
    """Writes its two bottoms as `data` and `label`, each (N, C, H, W), to `file_name`.

    Caffe fails in the second pass, as its datasets exist already; here each pass replaces the file.
    A relative path starts at the working directory, or else at the net's folder or one above it:
    the first of these in which the file's folder exists.
    """

    caffe_type = "HDF5Output"
    bottoms = (2, 2)
    tops = (0, 0)
    is_judge = True

    def build(self, layer: Layer, *bottoms: Blob) -> Blob:
        """Return a zero, which has no gradient."""
        data, label = (bottom.to_caffe() for bottom in bottoms)
        if data.rank > _AXES or label.rank > _AXES or data.shape[:1] != label.shape[:1]:
            raise layer.error(
                f"takes two blobs of 1 to 4 axes and as many rows; got {data.shape} and "
                f"{label.shape}"
            )
        is_open = (each.tensor.shape[:1] == (None,) for each in (data, label))
        rows = [data.shape[0] if each else None for each in is_open]
        writer = layer.keras(Writer, file=str(_path(layer)), rows=rows, title=layer.title)
        return data.scalar(writer([data.tensor, label.tensor]))


def _path(layer: Layer) -> Path:
    path = Path(layer.parameter.hdf5_output_param.file_name)
    if not path.name:
        raise layer.error("file_name is missing")
    if path.parent == Path():
        return path
    try:
        return layer.find_file(str(path.parent)) / path.name
    except OwltfError as error:
        raise layer.error(f"file_name '{path}': its folder is missing: {error}") from None
