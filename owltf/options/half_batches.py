"""The option `--half-batches`, by which a CPU computes both halves of each batch at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from owltf.options.devices import DEVICE_FLAGS

if TYPE_CHECKING:
    from owltf.caffe.prototxt.source import NetSource

half_batches_option = click.option(
    "--half-batches/--whole-batches",
    default=None,
    help="On a CPU of 2 to 4 threads: compute both halves of each batch at once, or not. Done "
    "where it is quicker unless given.",
)
# With these a batch is computed whole.
_WHOLE = (*DEVICE_FLAGS, "recompute", "xla")


def wants_halves(
    nets: Sequence[NetSource], flags: Mapping[str, Any], *, debug_info: bool, is_cluster: bool
) -> bool | None:
    """Return whether both halves of a batch are computed at once; None for where the device can.

    Args:
        nets: the nets of the run.
        flags: the command's arguments by name.
        debug_info: whether the solver prints the norms of each batch.
        is_cluster: whether the run has several processes.

    Raises:
        OwltfError: if it is asked for, and cannot be done.
    """
    from owltf.caffe.net.batch_halves import check_by_halves, is_quicker_by_halves

    wish, reason = flags["half_batches"], _given(flags)
    if debug_info or is_cluster:
        reason = "debug_info" if debug_info else "a run on several machines"
    if wish:
        check_by_halves(nets, reason)
    if wish is not None:
        return bool(wish)
    return None if not reason and is_quicker_by_halves(nets) else False


def _given(flags: Mapping[str, Any]) -> str | None:
    if flags["precision"] != "float32":
        return f"--precision {flags['precision']}"
    given = (name for name in _WHOLE if flags[name] not in (None, False))
    return next((f"--{name.replace('_', '-')}" for name in given), None)


def half_batches_words(wish: bool | None) -> tuple[str, ...]:
    """Return the words of a command line that ask for the same."""
    return () if wish is None else (f"--{'half' if wish else 'whole'}-batches",)
