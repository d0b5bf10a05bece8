"""The curves of a run, read from whatever kept them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from owltf.api import OwltfError, did_you_mean
from owltf_pictures.log_lines import read_log
from owltf_pictures.log_tables import read_csv, read_json
from owltf_pictures.points import LOSS, RATE, Point


@dataclass
class Curve:
    """One figure over the iterations.

    Attributes:
        name: the figure: "loss", "rate", or an output's name.
        of_test: the number of the test net that gives it; None if it is of training.
        iterations: the iterations.
        values: its values.
        seconds: the seconds since the first; empty where the times are not known.
    """

    name: str
    of_test: int | None = None
    iterations: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def title(self) -> str:
        """Its name, with the test net if it is of one: "test loss", "test #1 loss"."""
        test = "" if self.of_test is None else f"test #{self.of_test} " if self.of_test else "test "
        return test + self.name


@dataclass(frozen=True)
class Run:
    """The curves of one run.

    Attributes:
        path: the log.
        curves: its curves.
    """

    path: Path
    curves: Sequence[Curve]


def read_run(path: Path) -> Run:
    """Return the curves of a log, or of a table in CSV or JSON.

    Raises:
        OwltfError: if it cannot be read, or holds none.
    """
    try:
        text = path.read_bytes().decode(errors="replace")
    except OSError as error:
        raise OwltfError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    curves = _curves(_read(path, text))
    if not curves:
        raise OwltfError(
            f"{path}: no curves; a log has lines such as 'Iteration 100, loss = 0.5', a table a "
            f"column 'iteration' or 'NumIters'"
        )
    return Run(path, curves)


def wanted(run: Run, names: Sequence[str]) -> Run:
    """Return a run with the curves of these names alone; with all if there are no names.

    Raises:
        OwltfError: if the run has none of a name.
    """
    known = {curve.name for curve in run.curves}
    for name in names:
        if name not in known:
            raise OwltfError(f"{run.path} has no curve '{name}'; {did_you_mean(name, known)}")
    return Run(run.path, [each for each in run.curves if not names or each.name in names])


def _read(path: Path, text: str) -> Iterable[Point]:
    if text.lstrip()[:1] in ("{", "["):
        return read_json(path, text)
    first = text.partition("\n")[0]
    return read_csv(path, text) if "," in first and "Iteration " not in first else read_log(text)


def _curves(points: Iterable[Point]) -> list[Curve]:
    found: dict[tuple[str, int | None], Curve] = {}
    for point in points:
        key = (point.name, point.of_test)
        curve = found.setdefault(key, Curve(*key))
        curve.iterations.append(point.iteration)
        curve.values.append(point.value)
        if point.seconds is not None:
            curve.seconds.append(point.seconds)
    order = {LOSS: 0, RATE: 2}

    def place(curve: Curve) -> tuple[int, str, int]:
        test = -1 if curve.of_test is None else curve.of_test
        return order.get(curve.name, 1), curve.name, test

    return sorted(found.values(), key=place)
