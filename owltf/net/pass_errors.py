"""Turns what a library raises on a user's numbers in a pass into one line that names the layer."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

from owltf.data.data_layer import DataLayer
from owltf.data.pipeline import pipeline_error
from owltf.errors import OwltfError
from owltf.runtime.library_errors import OF_NUMBERS, is_debugging, reason
from owltf.runtime.user_errors import user_message


@contextmanager
def pass_errors(
    name: str, owners: Mapping[str, str], data: Iterable[DataLayer] = ()
) -> Iterator[None]:
    """Raise an OwltfError for what Keras, NumPy or TensorFlow raise inside.

    Errors that speak to the user already pass through, and all of them do where `OWLTF_DEBUG` is
    set.

    Args:
        name: the net in words.
        owners: the Caffe layer, in words, that each Keras layer is part of, by that one's name.
        data: the data layers whose batches are taken inside.
    """
    try:
        yield
    except OwltfError:
        raise
    except OF_NUMBERS as error:
        is_told = user_message(error) is not None or pipeline_error(error, data) is not None
        if is_told or is_debugging():
            raise
        where = _layer_in_traceback(error, owners) or _layer_in_message(str(error), owners)
        raise OwltfError(f"{where or name} cannot be computed: {reason(error)}") from error


def _layer_in_traceback(error: BaseException, owners: Mapping[str, str]) -> str | None:
    """Return the layer in whose code an exception was raised, in words."""
    names = (getattr(frame.f_locals.get("self"), "name", None) for frame in _frames(error))
    return next((owners[each] for each in names if isinstance(each, str) and each in owners), None)


def _frames(error: BaseException | None) -> Iterator[FrameType]:
    """Yield the frames of an exception from the innermost on, then those of what it came from.

    Keras raises another exception in place of the one in its layer.
    """
    while error is not None:
        yield from reversed([frame for frame, _ in traceback.walk_tb(error.__traceback__)])
        error = error.__cause__ or error.__context__


def _layer_in_message(message: str, owners: Mapping[str, str]) -> str | None:
    """Return the layer whose operation TensorFlow names: `{{node net_1/ip_1/MatMul}}`."""
    for path in re.findall(r"\{\{node ([^}]*)\}\}", message):
        for part in path.split("/"):
            for name in (part, re.sub(r"_\d+$", "", part)):
                if name in owners:
                    return owners[name]
    return None
