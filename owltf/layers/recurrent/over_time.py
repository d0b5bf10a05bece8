"""Computes the steps of a recurrent layer in one TensorFlow loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from owltf.runtime.standard_ops import must_unroll, with_shape

Step = Callable[[Sequence[Any], Sequence[Any]], tuple[Sequence[Any], Sequence[Any]]]


def over_time(
    step: Step,
    sequences: Sequence[Any],
    states: Sequence[Any],
    *,
    outputs: int,
    backwards: bool = False,
) -> tuple[Sequence[Any], list[Any]]:
    """Compute a step for each time, from the states that the step before it returned.

    A loop is as fast as the same steps traced one after the other, and is traced only once.

    Args:
        step: takes each sequence's value at one time, and the states; returns the next states and
            the step's outputs.
        sequences: tensors whose first axis is time.
        states: tensors to start from.
        outputs: how many outputs a step has.
        backwards: start at the last time.

    Returns:
        The states after the last step, and each output of all steps, its first axis time.
    """
    length = sequences[0].shape[0]
    if length is not None and must_unroll():
        return _unrolled(step, [tf.unstack(each) for each in sequences], states, backwards)
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
    return states, [_of_length(array.stack(), length) for array in written]


def _unrolled(
    step: Step, sequences: Sequence[Sequence[Any]], states: Sequence[Any], backwards: bool
) -> tuple[Sequence[Any], list[Any]]:
    """Trace the steps one after the other, for formats whose loops do not hold tensor arrays."""
    order = -1 if backwards else 1
    made = []
    for values in list(zip(*sequences, strict=True))[::order]:
        states, given = step(values, states)
        made.append(given)
    return states, [tf.stack(each) for each in zip(*made[::order], strict=True)]


def _of_length(stacked: Any, length: int | None) -> Any:
    return with_shape(stacked, (length, *stacked.shape[1:]))


def before(first: Any, sequence: Any) -> Any:
    """Return a sequence shifted by one step: the first state, then all values but the last."""
    return tf.concat([first[tf.newaxis], sequence[:-1]], 0)


def as_rows(sequence: Any) -> Any:
    """Return (T, N, C) as a matrix of T x N rows."""
    return tf.reshape(sequence, (-1, sequence.shape[-1]))
