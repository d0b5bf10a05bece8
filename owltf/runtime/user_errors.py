"""Errors for the user that are raised inside a pass, found again in what TensorFlow makes of them.

TensorFlow and Keras put text of their own around an error from inside the graph, and escape what
it says. So such a message is marked where it is raised, and found by its marks where it is caught.
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
    """Return the marked message of an error that Python code raises in the graph."""
    return f"{_FROM_PYTHON}{message}{_CLOSE}"


def marked_assertion(*parts: Any) -> Any:
    """Return the marked message of an assertion in the graph.

    Args:
        *parts: pieces of the message, strings and tensors of strings.
    """
    return tf.strings.join([_FROM_ASSERTION, *parts, _CLOSE])


def user_message(exception: BaseException) -> str | None:
    """Return what an error of TensorFlow or Keras says to the user; None if it is not for them.

    Args:
        exception: what a pass raised.
    """
    raised, asserted = _RAISED.search(str(exception)), _ASSERTED.search(str(exception))
    if raised is not None or asserted is None:
        return raised and raised[1]
    return _unescaped(asserted[1]) if isinstance(exception, tf.errors.OpError) else asserted[1]


def _unescaped(text: str) -> str:
    """Take back how TensorFlow writes quotes, and bytes that are not ASCII, in an assertion."""
    return text.encode().decode("unicode_escape").encode("latin-1").decode(errors="replace")


@contextmanager
def user_errors() -> Iterator[None]:
    """Raise as an OwltfError what an exception raised inside says to the user, if it does."""
    try:
        yield
    except Exception as error:
        message = user_message(error)
        if message is None:
            raise
        raise OwltfError(message) from error
