"""Folds layers of a net into those before them, where its outputs stay what they are."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from owltf.api import Net, fold, rebuild_net
from owltf_exporter.compare import Difference, difference, random_inputs
from owltf_exporter.export_job import Arrays, Exported

_ROUNDS = 5
_BATCH = 8
# What is folded unasked must not be seen in the outputs.
_UNSEEN = 1e-5
_LARGEST = 1e-4


def folded_net(
    net: Net, outputs: Sequence[str], tell: Callable[[str], object], *, is_asked: bool
) -> Net:
    """Return a net with fewer layers; the same net if there is nothing to fold.

    Args:
        net: the net, in its deploy form.
        outputs: the blobs that must stay.
        tell: called with a line on what it brings.
        is_asked: whether the user asked for it: outputs may differ by 1e-4 then, else by 1e-5.

    Raises:
        OwltfError: if that was asked for, and the outputs differ more.
    """
    folded = fold(net, outputs)
    if not folded.layers:
        if is_asked:
            tell("optimize: there is nothing to fold")
        return net
    small = rebuild_net(net, folded.parameter, folded.params)
    found = difference(Exported(net, wanted=tuple(outputs)), _runner(small, outputs))
    what = f"{len(folded.layers)} layers folded into those before"
    if is_asked:
        found.check(_LARGEST)
        tell(f"optimize: {what}, {_changes(found)}; {_gain(net, small)}")
        return small
    if found.size > _UNSEEN:
        tell(f"nothing is folded, as outputs would change by {found.size:.2g}; --optimize does it")
        return net
    tell(f"{what}, {_changes(found)} (--no-optimize leaves them)")
    return small


def _changes(found: Difference) -> str:
    return f"which changes the outputs by {found.size:.2g}"


def _runner(net: Net, outputs: Sequence[str]) -> Callable[[Arrays], Arrays]:
    return Exported(net, wanted=tuple(outputs)).answers


def _gain(net: Net, small: Net) -> str:
    before, after = _milliseconds((net, small))
    return f"a batch of {_BATCH} takes {after:.1f} ms instead of {before:.1f}"


def _milliseconds(nets: Sequence[Net]) -> list[float]:
    """Return the time of each net's quickest pass; they take turns, so load hits both alike."""
    inputs = [random_inputs(Exported(net), _BATCH) for net in nets]
    for net, arrays in zip(nets, inputs, strict=True):
        net.forward(arrays)
    rounds = [
        [_timed(net, arrays) for net, arrays in zip(nets, inputs, strict=True)]
        for _ in range(_ROUNDS)
    ]
    return [1e3 * min(times) for times in zip(*rounds, strict=True)]


def _timed(net: Net, arrays: Arrays) -> float:
    start = time.perf_counter()
    net.forward(arrays)
    return time.perf_counter() - start
