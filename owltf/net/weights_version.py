"""Numbers the states of a net's weights, for what is computed from them and kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from owltf.net.folding import Folding
from owltf.net.variable_watch import VariableWatch


class WeightsVersion:
    """Counts the changes of a net's parameters, and brings folded layers up to date.

    On a GPU changes are not noticed: it stays at 0, and nothing may be kept.

    Args:
        variables: the parameters' Keras variables.
        folding: the layers that are folded; None if none are.
    """

    def __init__(self, variables: Sequence[Any], folding: Folding | None) -> None:
        on_gpu = bool(tf.config.list_logical_devices("GPU"))
        self._watch = None if on_gpu else VariableWatch(variables)
        self._folding, self._number = folding, 0

    def __call__(self) -> int:
        """Return the number of changes so far."""
        if self._watch is not None and self._watch.has_changed():
            self._number += 1
            if self._folding is not None:
                self._folding.refresh()
        return self._number
