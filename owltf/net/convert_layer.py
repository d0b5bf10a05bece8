"""Converts one Caffe layer to Keras, given the blobs it takes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import prod

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.errors import OwltfError
from owltf.runtime.library_errors import is_debugging, reason

_CAFFES_WORDS = {
    "units": "num_output",
    "filters": "num_output",
    "output_dim": "num_output",
    "strides": "stride",
    "dilation_rate": "dilation",
    "pool_size": "kernel_size",
}
_MOST_VALUES = 2**31 - 1
_KERAS_WORD = re.compile(rf"\b({'|'.join(_CAFFES_WORDS)})\b")


def convert_layer(
    converter: LayerConverter, layer: Layer, bottoms: Sequence[Blob]
) -> Sequence[Blob]:
    """Return the tops of a layer, made by its converter.

    Args:
        converter: the converter of the layer's type.
        layer: the layer.
        bottoms: the blobs it takes.

    Raises:
        OwltfError: if the number of bottoms or tops is wrong, or their shapes do not fit.
    """
    _check_count(layer, "bottom", len(bottoms), converter.bottoms)
    _check_count(layer, "top", _count_tops(converter, layer), converter.tops)
    layer.weights.blobs = converter.param_blobs(layer)
    try:
        with layer.weights.while_building():
            tops = converter.build(layer, *bottoms)
    except OwltfError:
        raise
    except Exception as error:
        if is_debugging():
            raise
        raise layer.error(_mismatch(layer, bottoms, error)) from error
    made = [tops] if isinstance(tops, Blob) else list(tops)
    check_sizes(layer, made)
    return made


def _mismatch(layer: Layer, bottoms: Sequence[Blob], error: Exception) -> str:
    """Say what Keras's own checks of shapes found, or what else a library raised."""
    shapes = ", ".join(f"'{each.name}' {each.shape}" for each in bottoms)
    made = [
        str(held.blob.caffe_shape(tuple(held.variable.shape)))
        for _, held in sorted(layer.weights.held.items())
    ]
    weights = f" with the weights it has in another net, {' and '.join(made)}" if made else ""
    on = f" on {shapes}" if shapes else ""
    return f"cannot be built{on}{weights}: {_in_caffes_words(reason(error))}"


def check_sizes(layer: Layer, tops: Sequence[Blob]) -> None:
    """Refuse what Caffe does; TensorFlow's convolutions crash on such sizes.

    Raises:
        OwltfError: if a top has more values than a blob of Caffe can have.
    """
    for top in tops:
        if (count := prod(size or 1 for size in top.shape)) > _MOST_VALUES:
            raise layer.error(
                f"its top {top.shape} would have {count:,} values; a blob of Caffe has at "
                f"most {_MOST_VALUES:,}"
            )


def _in_caffes_words(sentence: str) -> str:
    """Return Keras's sentence with the names that a prototxt has for its arguments."""
    return _KERAS_WORD.sub(lambda found: _CAFFES_WORDS[found[0]], sentence)


def _count_tops(converter: LayerConverter, layer: Layer) -> int:
    # A loss may leave its top out; Caffe then makes one.
    return max(len(layer.tops), converter.tops[0] if converter.is_loss else 0)


def _check_count(layer: Layer, what: str, count: int, limits: tuple[int, int | None]) -> None:
    least, most = limits
    if count >= least and (most is None or count <= most):
        return
    wanted = f"{least}" if least == most else f"at least {least}"
    if most is not None and most != least:
        wanted = f"{least} to {most}"
    raise layer.error(f"takes {wanted} {what}{'' if wanted == '1' else 's'}, got {count}")
