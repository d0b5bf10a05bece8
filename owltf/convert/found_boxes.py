"""The common part of layers that find boxes: rows of detections, whose number is open."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import keras
import numpy as np

from owltf.convert.converter import LayerConverter
from owltf.convert.source_call import SourceCall, plain_source
from owltf.runtime.step import current_step

_ROW = 7
_SOURCE = '''
class {name}(layers.Layer):
    """The boxes that are found: rows of image, label, score, xmin, ymin, xmax and ymax."""

    def __init__(self, names, values, **kwargs):
        super().__init__(**kwargs)
        self.options = dict(zip(names, values))

    def call(self, inputs):
        return {find}(inputs if isinstance(inputs, (list, tuple)) else [inputs], self.options)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor((1, 1, None, 7))
'''


class FoundBoxes(keras.layers.Layer):
    """Finds boxes: rows of image, label, score, xmin, ymin, xmax and ymax, as (1, 1, rows, 7).

    Attributes:
        parts: the functions that find them, the last of which is called with the inputs and the
            options. Each imports what it needs, as exports copy them into programs.

    Args:
        options: what the last of `parts` takes.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    parts: ClassVar[tuple[Callable[..., Any], ...]]

    def __init__(self, options: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.options = dict(options)
        self.supports_jit = False

    def call(self, inputs: Any) -> Any:
        """Return the rows; on several devices images are numbered in the whole batch."""
        rows = type(self).parts[-1](inputs, self.options)
        step = current_step()
        first = step.first_row if step else 0
        return rows + [float(first), *[0.0] * (_ROW - 1)] if first else rows

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the shape of the top, whose rows depend on what is found."""
        return (1, 1, None, _ROW)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "options": self.options}

    def source(self, call: SourceCall) -> str:
        """Return the call as source, which needs TensorFlow as Keras's backend."""
        parts = type(self).parts
        for each in parts:
            call.need("\n" + plain_source(each))
        name = type(self).__name__
        call.need(_SOURCE.format(name=name, find=parts[-1].__name__))
        return call.layer_call(name, list(self.options), list(self.options.values()))


class BoxConverter(LayerConverter):
    """The common part of their converters: a test tells how many boxes were found."""

    is_collected = True
    gives_boxes = True

    def figures(
        self, parameter: Any, tops: Sequence[np.ndarray], solver: Any | None
    ) -> Mapping[str, float]:
        """Return how many boxes were found."""
        found = [(np.reshape(top, (-1, _ROW))[:, 1] >= 0).sum() for top in tops]
        return {" boxes": float(np.sum(found))}
