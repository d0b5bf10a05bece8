"""Counts the uses of variables that may change them, so that unchanged ones need no look."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from owltf.keras_internals import VariableOfAnother, tell_of_uses


class VariableUses:
    """How often, so far, the handle of any counted variable was asked for.

    A function that was traced may change a variable at each of its calls, which Python does not
    see; so it is remembered which variables are in such functions.
    """

    def __init__(self) -> None:
        self.number = 0

    def count(self, variable: Any) -> None:
        """Count the uses of a Keras variable from now on; it should be new."""
        held = holder(variable)
        if isinstance(held, tf.Variable) and not hasattr(held, "owltf_in_graphs"):
            held.owltf_in_graphs = not tell_of_uses(held, self._add)

    def _add(self, variable: Any) -> None:
        self.number += 1
        if not tf.executing_eagerly():
            variable.owltf_in_graphs = True


uses = VariableUses()


def holder(variable: Any) -> Any:
    """Return the `tf.Variable` that has the values of a Keras variable."""
    while isinstance(variable, VariableOfAnother):
        variable = variable.variable
    return variable.value


def is_counted(held: Any) -> bool:
    """Return whether a `tf.Variable` changes only where its uses are counted."""
    return not getattr(held, "owltf_in_graphs", True)
