"""Turns what TensorFlow and Keras raise for wrong data into the user's error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from owltf.data.pipeline import pipeline_error
from owltf.errors import OwltfError
from owltf.net.source import Source
from owltf.runtime.user_errors import user_message


@contextmanager
def plain_errors(sources: Iterable[Source]) -> Iterator[None]:
    """Raise an OwltfError in place of an exception that wrong data caused inside.

    Args:
        sources: the data layers whose batches are taken or computed on.
    """
    try:
        yield
    except Exception as error:
        plain = pipeline_error(error, [source.layer for source in sources])
        message = user_message(error)
        if plain is None and message is None:
            raise
        raise plain or OwltfError(message) from error
