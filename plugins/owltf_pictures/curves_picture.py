"""Plots the curves of runs by matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from owltf.api import OwltfError, atomic_outputs, printable
from owltf_pictures.curves import Curve, Run
from owltf_pictures.points import LOSS

_SUFFIXES = (".png", ".svg", ".pdf")
_WIDTH, _HEIGHT = 9, 3.2
# More points than these are a line without marks.
_MOST_MARKS = 60
_STYLES = ("-", "--", ":", "-.")


def check_picture(path: Path) -> None:
    """Raise OwltfError if curves cannot be written to a path."""
    if path.suffix not in _SUFFIXES:
        raise OwltfError(f"{path}: must end in {', '.join(_SUFFIXES)}")
    if find_spec("matplotlib") is None:
        raise OwltfError(
            f"{path}: pictures need matplotlib: pip install 'owltf[plot]'; without -o curves are "
            f"drawn in the terminal"
        )


def write_curves(path: Path, runs: Sequence[Run], *, seconds: bool, log_scale: bool) -> None:
    """Write a picture with a panel for each figure, and a colour for each run.

    Args:
        path: the picture.
        runs: the runs.
        seconds: whether the axis is time; a run whose log has no times is an error.
        log_scale: whether the loss is on a logarithmic axis.

    Raises:
        OwltfError: if a time is not known, or the picture cannot be written.
    """
    from matplotlib.figure import Figure

    names = list(dict.fromkeys(curve.name for run in runs for curve in run.curves))
    figure = Figure(figsize=(_WIDTH, _HEIGHT * len(names)), layout="constrained")
    panels = figure.subplots(len(names), 1, squeeze=False)[:, 0]
    for name, axes in zip(names, panels, strict=True):
        axes.set(ylabel=printable(name), xlabel="seconds" if seconds else "iteration")
        axes.grid(visible=True, alpha=0.3)
        for number, run in enumerate(runs):
            for curve in run.curves:
                if curve.name == name:
                    _plot(axes, run, curve, f"C{number}", places(run, curve, seconds=seconds))
        if name == LOSS and log_scale:
            axes.set_yscale("log")
        if len(axes.lines) > 1:
            axes.legend(fontsize=8)
    with atomic_outputs(path) as temporary:
        figure.savefig(temporary, format=path.suffix[1:], dpi=100)


def places(run: Run, curve: Curve, *, seconds: bool) -> Sequence[float]:
    """Return where a curve's points are along the axis.

    Raises:
        OwltfError: if it is time, and the run's times are not known.
    """
    if seconds and len(curve.seconds) < len(curve.values):
        raise OwltfError(f"{run.path}: its lines have no times; leave out --seconds")
    return curve.seconds if seconds else curve.iterations


def _plot(axes: Any, run: Run, curve: Curve, colour: str, where: Sequence[float]) -> None:
    style = _STYLES[0 if curve.of_test is None else 1 + curve.of_test % 3]
    mark = "." if len(where) <= _MOST_MARKS else ""
    label = f"{printable(run.path.name)}: {printable(curve.title)}"
    axes.plot(where, curve.values, style, marker=mark, color=colour, lw=1.2, label=label)
