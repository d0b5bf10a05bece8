"""Starts TensorFlow without the messages that it prints by itself."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

# Those of TensorFlow 2.20's converter come whatever TF_CPP_MIN_LOG_LEVEL says.
_NOTES_OF_LITE = (b"INFO: Created TensorFlow Lite", b"I0000 ", b"W0000 ")


def start_tensorflow(*, is_one_of_several: bool = False) -> None:
    """Import TensorFlow and find its devices, without its start-up messages on the screen.

    TensorFlow writes them straight to file descriptor 2, whatever its log level says. They are
    shown if the start fails, or if TF_CPP_MIN_LOG_LEVEL is set to 0.

    Args:
        is_one_of_several: whether the run has other processes, of which TensorFlow tells pages
            whenever one ends.
    """
    if "tensorflow" in sys.modules or os.environ.get("TF_CPP_MIN_LOG_LEVEL") == "0":
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3" if is_one_of_several else "2")
    with _held_back_stderr():
        import tensorflow as tf

        tf.config.list_physical_devices()


def without_lite_notes() -> AbstractContextManager[None]:
    """Return a context that leaves out the lines which TensorFlow Lite writes by itself."""
    return stderr_without(*_NOTES_OF_LITE)


@contextmanager
def stderr_without(*starts: bytes) -> Iterator[None]:
    """Leave out lines that libraries write straight to file descriptor 2 inside.

    Args:
        *starts: what those lines begin with; others are shown at the end.
    """
    with tempfile.TemporaryFile() as held:
        try:
            with _stderr_into(held.fileno()):
                yield
        finally:
            held.seek(0)
            os.write(2, b"".join(line for line in held if not line.startswith(starts)))


@contextmanager
def _held_back_stderr() -> Iterator[None]:
    with tempfile.TemporaryFile() as held:
        try:
            with _stderr_into(held.fileno()):
                yield
        except Exception:
            held.seek(0)
            os.write(2, held.read())
            raise


@contextmanager
def _stderr_into(descriptor: int) -> Iterator[None]:
    """Write what goes to file descriptor 2 inside to another one."""
    sys.stderr.flush()
    kept = os.dup(2)
    os.dup2(descriptor, 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
