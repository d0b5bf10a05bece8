"""The tflite format: the net for TensorFlow Lite, in float32 or quantized."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.api import OwltfError, has_open_batch, keras_name, standard_ops_only, without_lite_notes
from owltf_exporter.compare import Difference, difference, random_inputs
from owltf_exporter.export_job import Arrays, Exported
from owltf_exporter.formats.saved_model.servable import DEFAULT, Servable
from owltf_exporter.images.operations import decode, prepare

try:
    from ai_edge_litert.interpreter import Interpreter
except ImportError as error:
    raise OwltfError(
        f"--format tflite needs the package {error.name}; install owltf[tflite]"
    ) from error

TOLERANCE = 1e-4
_RANDOM_SAMPLES = 16


def write(exported: Exported, path: Path) -> None:
    """Write a net as a TensorFlow Lite model.

    Raises:
        OwltfError: if TensorFlow Lite lacks an operation of the net.
    """
    with standard_ops_only(unroll=True):
        # With fixed sizes: TensorFlow Lite lacks most operations that compute sizes in the model.
        servable = Servable(exported, is_fixed=True)
        signature = servable.signatures()[DEFAULT]
    converter = tf.lite.TFLiteConverter.from_concrete_functions([signature], servable)
    _quantize(converter, exported)
    try:
        with without_lite_notes():
            model = _converted(converter)
    except Exception as error:
        raise OwltfError(f"TensorFlow Lite cannot run the net: {_reason(error)}") from error
    path.write_bytes(model)


def _converted(converter: Any) -> Any:
    with warnings.catch_warnings():
        # It tells of the age of the interpreter that it runs for int8.
        warnings.simplefilter("ignore", UserWarning)
        return converter.convert()


def _reason(error: Exception) -> str:
    lacking = dict.fromkeys(re.findall(r"'(tf\.\w+)' op is neither", str(error)))
    if lacking:
        return f"it has no {', '.join(lacking)}"
    return next(iter(str(error).splitlines()), type(error).__name__)


def _quantize(converter: Any, exported: Exported) -> None:
    if exported.quantize is None:
        return
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if exported.quantize == "float16":
        converter.target_spec.supported_types = [tf.float16]
    else:
        if not exported.calibration:
            exported.tell(
                "int8: the range of values is that of random inputs; --calibration FOLDER of "
                "images gives the real one"
            )
        converter.representative_dataset = _samples(exported)


def _samples(exported: Exported) -> Callable[[], Iterator[dict[str, np.ndarray]]]:
    """Return a function that yields inputs, from which int8 learns the range of values."""

    def samples() -> Iterator[dict[str, np.ndarray]]:
        if exported.calibration:
            name = keras_name(exported.image_blob)
            yield from ({name: _image(exported, path)} for path in exported.calibration)
            return
        arrays = random_inputs(exported, _RANDOM_SAMPLES)
        inputs = {keras_name(name): array for name, array in arrays.items()}
        if not has_open_batch(exported.net):
            yield inputs
            return
        for row in range(_RANDOM_SAMPLES):
            yield {name: array[row : row + 1] for name, array in inputs.items()}

    return samples


def _image(exported: Exported, path: Path) -> np.ndarray:
    how = exported.preprocessing
    if how is None:
        raise OwltfError("--calibration: the net takes no images")
    try:
        image = decode(tf.constant(path.read_bytes()))
    except (OSError, tf.errors.InvalidArgumentError) as error:
        raise OwltfError(f"{path}: not an image (JPEG or PNG)") from error
    return np.asarray(prepare(image[None], how))


def check(exported: Exported, path: Path) -> Difference:
    """Run the model in TensorFlow Lite's interpreter and compare its outputs with the net's.

    Raises:
        OwltfError: if the interpreter cannot run it.
    """
    interpreter = Interpreter(model_path=str(path))

    def run(arrays: Arrays) -> Arrays:
        return run_model(interpreter, exported, arrays)

    try:
        with without_lite_notes():
            return difference(exported, run)
    except RuntimeError as error:
        raise OwltfError(f"TensorFlow Lite cannot run the net: {_reason(error)}") from error


def run_model(interpreter: Any, exported: Exported, arrays: Arrays) -> Arrays:
    """Return the outputs of an interpreter's model for arrays by blob name, of any batch size."""
    runner = interpreter.get_signature_runner()
    made = runner(**{keras_name(name): array for name, array in arrays.items()})
    return {name: made[keras_name(name)] for name in exported.outputs}
