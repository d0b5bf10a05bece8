"""OverTime: one step after the other, in a single loop of TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from owltf.runtime.standard_ops import with_shape

Step = Callable[[Sequence[Any], Sequence[Any]], tuple[Sequence[Any], Sequence[Any]]]


def over_time(
    step: Step,
    sequences: Sequence[Any],
    states: Sequence[Any],
    *,
    outputs: int,
    backwards: bool = False,
) -> tuple[Sequence[Any], list[Any]]:
    """Compute a step at each time, from what the step before left.

    A loop is as fast as the same steps written out one after the other, and is traced once
    whatever the number of steps.

    Args:
        step: takes each sequence's value at a time and the states; gives the states after it and
            its outputs.
        sequences: tensors whose first axis is time.
        states: tensors to start from.
        outputs: how many outputs a step gives.
        backwards: start at the last time.

    Returns:
        The states after the last step, and each output of all steps, its first axis time.
    """
    count = tf.shape(sequences[0])[0]
    read = [tf.TensorArray(each.dtype, count).unstack(each) for each in sequences]
    write = [tf.TensorArray(sequences[0].dtype, count) for _ in range(outputs)]

    def body(done: Any, states: Any, written: Any) -> Any:
        time = count - 1 - done if backwards else done
        states, given = step([array.read(time) for array in read], states)
        pairs = zip(written, given, strict=True)
        return done + 1, tuple(states), [array.write(time, value) for array, value in pairs]

    start = (tf.constant(0), tuple(states), write)
    _, states, written = tf.while_loop(lambda done, *_: done < count, body, start)
    length = sequences[0].shape[0]
    return states, [_of_length(array.stack(), length) for array in written]


def _of_length(stacked: Any, length: int | None) -> Any:
    return with_shape(stacked, (length, *stacked.shape[1:]))


def before(first: Any, sequence: Any) -> Any:
    """Return what stands one step before each value: the first state, then all but the last."""
    return tf.concat([first[tf.newaxis], sequence[:-1]], 0)


def as_rows(sequence: Any) -> Any:
    """Return (T, N, C) as a matrix of T x N rows."""
    return tf.reshape(sequence, (-1, sequence.shape[-1]))
