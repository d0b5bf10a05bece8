"""Draws the curves of runs with letters, for terminals."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from owltf_pictures.curves import Curve, Run
from owltf_pictures.curves_picture import places
from owltf_pictures.points import LOSS

_WIDTH, _HEIGHT, _AXIS = 64, 12, 10
_LETTERS = "*o+x#@%&"

Points = Sequence[tuple[float, float]]


def text_lines(runs: Sequence[Run], *, seconds: bool, log_scale: bool) -> Iterator[str]:
    """Yield the lines of a panel for each figure; each curve has its letter.

    Args:
        runs: the runs.
        seconds: whether the axis is time.
        log_scale: whether the loss is on a logarithmic axis.
    """
    for name in dict.fromkeys(curve.name for run in runs for curve in run.curves):
        drawn = [(run, each) for run in runs for each in run.curves if each.name == name]
        is_log = log_scale and name == LOSS
        yield from _panel(name, drawn, seconds=seconds, is_log=is_log)
        yield ""


def _panel(
    name: str, drawn: Sequence[tuple[Run, Curve]], *, seconds: bool, is_log: bool
) -> Iterator[str]:
    curves = [_points(run, curve, seconds=seconds, is_log=is_log) for run, curve in drawn]
    every = [point for points in curves for point in points]
    if not every:
        return
    left, right = _range([x for x, _ in every])
    low, high = _range([y for _, y in every])
    grid = [[" "] * _WIDTH for _ in range(_HEIGHT)]
    for number, points in enumerate(curves):
        for x, y in points:
            column = round((x - left) / (right - left) * (_WIDTH - 1))
            row = round((high - y) / (high - low) * (_HEIGHT - 1))
            grid[row][column] = _letter(number)
    yield f"{name}{' (logarithmic)' if is_log else ''}"
    for number, cells in enumerate(grid):
        value = high - (high - low) * number / (_HEIGHT - 1)
        is_marked = number % (_HEIGHT - 1) == 0 or number == _HEIGHT // 2
        shown = f"{10**value if is_log else value:.4g}" if is_marked else ""
        yield f"{shown:>{_AXIS}} |{''.join(cells).rstrip()}"
    axis = f"{left:g} to {right:g} {'seconds' if seconds else 'iterations'}"
    yield f"{'':>{_AXIS}} +{'-' * _WIDTH}"
    yield f"{'':>{_AXIS}}  {axis}"
    for number, (run, curve) in enumerate(drawn):
        last = f"{curve.values[-1]:.6g}"
        yield f"{'':>{_AXIS}}  {_letter(number)} {run.path.name}: {curve.title}, last {last}"


def _points(run: Run, curve: Curve, *, seconds: bool, is_log: bool) -> Points:
    pairs = zip(places(run, curve, seconds=seconds), curve.values, strict=True)
    finite = [(x, y) for x, y in pairs if math.isfinite(y)]
    return [(x, math.log10(y)) for x, y in finite if y > 0] if is_log else finite


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    around = abs(low) / 2 or 0.5
    return (low, high) if high > low else (low - around, high + around)


def _letter(number: int) -> str:
    return _LETTERS[number % len(_LETTERS)]
