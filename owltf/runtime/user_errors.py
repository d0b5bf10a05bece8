"""Recovers the messages for the user from errors that TensorFlow and Keras wrapped in their own.

An error raised inside a graph reaches us with other text around it, and escaped. So our messages
are marked where they are raised, and found by their marks where they are caught.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import tensorflow as tf

from owltf.errors import OwltfError

_CLOSE = "]owltf"
_FROM_ASSERTION, _FROM_PYTHON = "owltf[", "owltf!["


def _marked_by(mark: str) -> re.Pattern[str]:
    return re.compile(f"{re.escape(mark)}(.*?){re.escape(_CLOSE)}", re.DOTALL)


_ASSERTED, _RAISED = map(_marked_by, (_FROM_ASSERTION, _FROM_PYTHON))


def marked(message: str) -> str:
    """Return a message with marks, for an error that Python code raises inside a graph."""
    return f"{_FROM_PYTHON}{message}{_CLOSE}"


def marked_assertion(*parts: Any) -> Any:
    """Return a message with marks, for an assertion in a graph.

    Args:
        *parts: pieces of the message, strings and tensors of strings.
    """
    return tf.strings.join([_FROM_ASSERTION, *parts, _CLOSE])


def user_message(exception: BaseException) -> str | None:
    """Return the message for the user in an error of TensorFlow or Keras; None without one.

    Args:
        exception: the error that a pass raised.
    """
    raised, asserted = _RAISED.search(str(exception)), _ASSERTED.search(str(exception))
    if raised is not None or asserted is None:
        return raised and raised[1]
    return _unescaped(asserted[1]) if isinstance(exception, tf.errors.OpError) else asserted[1]


def _unescaped(text: str) -> str:
    """Undo the escapes that TensorFlow puts into an assertion's text."""
    return text.encode().decode("unicode_escape").encode("latin-1").decode(errors="replace")


@contextmanager
def user_errors() -> Iterator[None]:
    """Raise an OwltfError in place of an exception from inside that has a message for the user."""
    try:
        yield
    except Exception as error:
        message = user_message(error)
        if message is None:
            raise
        raise OwltfError(message) from error
