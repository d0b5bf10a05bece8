"""Servable: a net's signatures for TensorFlow Serving, which take arrays, images or image files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tensorflow as tf

from owltf.api import has_open_batch, keras_name
from owltf_exporter.export_job import Classes, Exported
from owltf_exporter.images.operations import prepare, prepare_files
from owltf_exporter.images.preprocessing import Preprocessing

IMAGES, FILES = "images", "image_bytes"
DEFAULT = tf.saved_model.DEFAULT_SERVING_SIGNATURE_DEF_KEY


class Servable(tf.Module):
    """The TensorFlow module that is saved as a SavedModel.

    Args:
        exported: the net.
        labels: the file with the classes' names, which becomes a part of the SavedModel.
        is_fixed: whether inputs have the prototxt's sizes, even if the net takes images of any
            size; the batch is open all the same where the net takes any.
    """

    def __init__(
        self, exported: Exported, labels: Path | None = None, *, is_fixed: bool = False
    ) -> None:
        super().__init__()
        # The model must not be an attribute: Keras wraps the same variables, which would be saved
        # twice. With the model alone, saved_model_cli would not find them.
        self._exported = exported
        net = exported.net
        model = exported.model if is_fixed else net.open_model_of(exported.outputs)
        self._run = lambda inputs: model(inputs, training=False)
        self._shapes = {name: tuple(tensor.shape) for name, tensor in model.input.items()}
        if is_fixed and not has_open_batch(net):
            self._shapes = {name: net.blob_shapes[name] for name in self._shapes}
        values = [variable.value for variable in model.variables]
        # A variable that another layer has with its axes in another order is that layer's.
        self.variables_of_model = [each for each in values if isinstance(each, tf.Variable)]
        self.names = _table(labels) if labels else None

    def signatures(self) -> dict[str, Any]:
        """Return the signatures by name, each traced for any batch size."""
        made = {DEFAULT: self._by_arrays()}
        how = self._exported.preprocessing
        if how is not None:
            made[IMAGES] = self._by_images(how)
            made[FILES] = self._by_files(how)
        return made

    def _by_arrays(self) -> Any:
        blobs = {keras_name(name): name for name in self._exported.net.inputs}

        def serve(*arrays: Any) -> dict[str, Any]:
            return self._outputs(dict(zip(blobs.values(), arrays, strict=True)))

        # Height and width are None if the net takes images of any size.
        specs = [
            tf.TensorSpec(self._shapes[blob], tf.float32, name) for name, blob in blobs.items()
        ]
        return tf.function(serve, autograph=False).get_concrete_function(*specs)

    def _by_images(self, how: Preprocessing) -> Any:
        def serve(images: Any) -> dict[str, Any]:
            return self._outputs({self._exported.image_blob: prepare(images, how)})

        spec = tf.TensorSpec((None, None, None, 3), tf.uint8, IMAGES)
        return tf.function(serve, autograph=False).get_concrete_function(spec)

    def _by_files(self, how: Preprocessing) -> Any:
        def serve(image_bytes: Any) -> dict[str, Any]:
            return self._outputs({self._exported.image_blob: prepare_files(image_bytes, how)})

        spec = tf.TensorSpec((None,), tf.string, FILES)
        return tf.function(serve, autograph=False).get_concrete_function(spec)

    def _outputs(self, inputs: dict[str, Any]) -> dict[str, Any]:
        tops = self._run(inputs)
        made = {keras_name(name): top for name, top in tops.items()}
        classes = self._exported.classes
        return made if classes is None else {**made, **self._best(tops, classes)}

    def _best(self, tops: dict[str, Any], classes: Classes) -> dict[str, Any]:
        scores = tf.reshape(tops[classes.blob], (-1, classes.count))
        best = tf.math.top_k(scores, classes.top)
        numbers = tf.cast(best.indices, tf.int64)
        named = self.names.lookup(numbers) if self.names is not None else numbers
        return {"classes": named, "scores": best.values}


def _table(labels: Path) -> Any:
    """Return a lookup of a class's line in the labels file, which the SavedModel keeps."""
    lines = tf.lookup.TextFileInitializer(
        str(labels),
        tf.int64,
        tf.lookup.TextFileIndex.LINE_NUMBER,
        tf.string,
        tf.lookup.TextFileIndex.WHOLE_LINE,
    )
    return tf.lookup.StaticHashTable(lines, "")
