"""Writes and checks a SavedModel, the folder that TensorFlow Serving and TensorFlow load."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.api import OwltfError, keras_name, standard_ops_only
from owltf_exporter.compare import Difference, difference, largest
from owltf_exporter.export_job import Arrays, Exported
from owltf_exporter.formats.saved_model.servable import DEFAULT, FILES, IMAGES, Servable
from owltf_exporter.formats.saved_model.warmup import write_warmup
from owltf_exporter.images.operations import prepare

TOLERANCE = 1e-4
# A size that no net takes, so that the check's images are resized.
_ODD_SIZE = (61, 83)


def write(exported: Exported, path: Path) -> None:
    """Write a net as a SavedModel with its signatures.

    Args:
        exported: the net.
        path: the folder to make.
    """
    with tempfile.TemporaryDirectory() as folder, standard_ops_only():
        servable = Servable(exported, _labels(exported, Path(folder)))
        signatures = servable.signatures()
        _save(servable, path, signatures)
    if exported.warmup:
        write_warmup(exported, path)
    exported.tell(f"signatures: {', '.join(signatures)}")


def _save(servable: Servable, path: Path, signatures: dict[str, Any]) -> None:
    try:
        tf.saved_model.save(servable, str(path), signatures=signatures)
    except tf.errors.OpError as error:
        # TensorFlow raises its own errors for a full disk and other failures of the system.
        raise OwltfError(f"the SavedModel cannot be written: {_reason(error)}") from error


def _reason(error: tf.errors.OpError) -> str:
    """Return what the system said, without the operation and the temporary file's name before."""
    line = str(error.message).splitlines()[0].partition(" [Op:")[0]
    return line.rpartition("; ")[2].lower()


def _labels(exported: Exported, folder: Path) -> Path | None:
    """Write the class names, a line each, to a file with the labels file's name."""
    classes = exported.classes
    if classes is None or classes.labels is None:
        return None
    path = folder / classes.labels.name
    path.write_text("".join(f"{name}\n" for name in classes.names))
    return path


def check(exported: Exported, path: Path) -> Difference:
    """Load a SavedModel and compare the outputs of every signature with the net's."""
    signatures = tf.saved_model.load(str(path)).signatures

    def run(arrays: Arrays) -> Arrays:
        return _run(exported, signatures[DEFAULT], {keras_name(n): a for n, a in arrays.items()})

    found = [difference(exported, run)]
    if exported.preprocessing is not None:
        found += _of_images(exported, signatures)
    return max(found, key=lambda each: each.size)


def _of_images(exported: Exported, signatures: Any) -> list[Difference]:
    how = exported.preprocessing
    assert how is not None
    images = np.random.default_rng(1).integers(0, 256, (2, *_ODD_SIZE, 3)).astype(np.uint8)
    wanted = exported.answers({exported.image_blob: prepare(images, how).numpy()})
    files = tf.stack([tf.io.encode_png(image) for image in images])
    fed = {IMAGES: images, FILES: files}
    return [
        largest(_run(exported, signatures[name], {name: values}), wanted)
        for name, values in fed.items()
    ]


def _run(exported: Exported, signature: Any, inputs: dict[str, Any]) -> Arrays:
    given = {name: tf.convert_to_tensor(value) for name, value in inputs.items()}
    made = signature(**given)
    return {name: made[keras_name(name)].numpy() for name in exported.outputs}
