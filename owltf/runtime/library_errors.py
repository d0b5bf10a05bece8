"""What Keras, NumPy and TensorFlow raise on a user's numbers, told in one line."""

from __future__ import annotations

import os
import re

import tensorflow as tf

# Set to anything but the empty word, it lets such an exception through with its traceback.
DEBUG = "OWLTF_DEBUG"

# These come from figures that do not fit: too large for memory, out of a range, of unlike shapes.
OF_NUMBERS = (
    MemoryError,
    ArithmeticError,
    LookupError,
    ValueError,
    TypeError,
    tf.errors.OpError,
)
_AROUND = re.compile(
    r"\s|$|Graph execution error|Detected at node|<stack|Traceback"
    r"|Arguments received by|Exception encountered when calling"
)
_BOLD = re.compile(r"\x1b\[\d+m")
_LONGEST = 300


def is_debugging() -> bool:
    """Return whether exceptions are to be shown with their traceback."""
    return bool(os.environ.get(DEBUG))


def reason(error: BaseException) -> str:
    """Return one line that says what an exception of a library means.

    Errors of owltf's own look like those of a user's numbers, so all but the plainest say how to
    see where they come from.
    """
    if isinstance(error, MemoryError | tf.errors.ResourceExhaustedError):
        return f"more memory is needed than there is: {_line(error)}".removesuffix(": MemoryError")
    if isinstance(error, ValueError | tf.errors.InvalidArgumentError):
        return _line(error)
    return f"{type(error).__name__}: {_line(error)} ({DEBUG}=1 shows where)"


def _line(error: BaseException) -> str:
    """Return the line in which a library says what is wrong, without those on where it was."""
    text = _BOLD.sub("", _message(error))
    lines = [line for line in text.splitlines() if not _AROUND.match(line)]
    if not lines:
        return type(error).__name__
    # TensorFlow says last what is wrong, after where it was found.
    line = lines[-1 if isinstance(error, tf.errors.OpError) else 0]
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."


def _message(error: BaseException) -> str:
    # As a string a KeyError is its message quoted, line breaks and all.
    is_quoted = isinstance(error, KeyError) and len(error.args) == 1
    return str(error.args[0] if is_quoted else error)
