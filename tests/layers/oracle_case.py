"""Compares a layer with what real Caffe answered, and its gradient with finite differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from owltf.net.net import Net
from owltf.testing import LayerRun, compare, one_layer, run_layer
from owltf.testing.case import LayerCase
from owltf.testing.checks.gradients import Objective
from owltf.testing.checks.keras_file import compare_loaded

__all__ = [
    "ORACLE",
    "Case",
    "assert_close",
    "check_case",
    "check_gradients",
    "gradient_case",
    "one_layer",
    "save_and_load",
]

ORACLE = Path(__file__).parent / "oracle"


@dataclass(frozen=True)
class Case:
    """One layer's pass, as Caffe recorded it.

    Attributes:
        net: the prototxt: a path or text.
        phase: "TRAIN" or "TEST".
        bottoms: the bottoms.
        params: the parameter blobs before the pass.
        top_grads: the gradient put on each top; None for a loss, or where there is none.
        recorded: all arrays of the file by their keys.
    """

    net: str | Path
    phase: str
    bottoms: list[np.ndarray]
    params: list[np.ndarray]
    top_grads: list[np.ndarray] | None
    recorded: Mapping[str, np.ndarray]

    @classmethod
    def read(cls, name: str) -> Case:
        """Return the case of a name, such as `pool_max_pad`."""
        with np.load(ORACLE / f"{name}.npz") as file:
            arrays = dict(file)
        return cls(
            net=ORACLE / f"{name}.prototxt",
            phase=str(arrays["phase"]),
            bottoms=_series(arrays, "bottom"),
            params=_series(arrays, "param"),
            top_grads=_series(arrays, "top_grad") or None,
            recorded=arrays,
        )

    def run(self) -> LayerRun:
        """Return what owltf gives."""
        return run_layer(
            self.net,
            self.bottoms,
            params=self.params,
            top_grads=self.top_grads,
            phase=self.phase,
        )

    def layer(self) -> LayerCase:
        """Return the case as `owltf.testing` checks it."""
        return LayerCase.of(self.net, self.bottoms, self.params, self.top_grads, phase=self.phase)


def _series(arrays: Mapping[str, np.ndarray], what: str) -> list[np.ndarray]:
    count = sum(key.startswith(f"{what}/") for key in arrays)
    return [arrays[f"{what}/{index}"] for index in range(count)]


def check_case(name: str, *, gradients: bool = True) -> LayerRun:
    """Compare a recorded case with owltf: tops, parameters after the pass, and gradients.

    The recorded gradients are compared where there are any (most files hold zeros: their backward
    pass was not run); all others are compared with finite differences.

    Args:
        name: the case.
        gradients: whether the layer has gradients that finite differences can check.
    """
    case = Case.read(name)
    run = case.run()
    assert len(run.tops) == len(_series(case.recorded, "top"))
    for index, top in enumerate(run.tops):
        assert_close(top, case.recorded[f"top/{index}"], f"top {index}")
    for index, param in enumerate(run.params_after):
        before = case.recorded[f"param/{index}"]
        wanted = case.recorded.get(f"param_after/{index}", before)
        assert_close(param, wanted, f"parameter {index} after the pass")
    _check_recorded_gradients(case, run)
    if gradients:
        check_gradients(case, run)
    return run


def assert_close(got: Any, wanted: Any, what: str = "", scale: float = 1.0) -> None:
    """Assert that arrays agree as two float32 programs do.

    Args:
        got: our array.
        wanted: the right one.
        what: which array it is, for the message.
        scale: factor on the tolerance.
    """
    rtol, atol = compare.RTOL * scale, compare.ATOL * scale
    compare.assert_close(got, wanted, what, rtol=rtol, atol=atol)


def _check_recorded_gradients(case: Case, run: LayerRun) -> None:
    for key, got in _gradients(case, run):
        wanted = case.recorded[key]
        assert got is not None, f"{key}: no gradient"
        assert got.shape == wanted.shape, f"{key}: {got.shape}, not {wanted.shape}"
        assert_close(got, wanted, key)


def _gradients(case: Case, run: LayerRun) -> Iterator[tuple[str, np.ndarray | None]]:
    named = {
        **{f"bottom_grad/{index}": grad for index, grad in enumerate(run.bottom_grads)},
        **{f"param_grad/{index}": grad for index, grad in enumerate(run.param_grads)},
    }
    return ((key, grad) for key, grad in named.items() if key in case.recorded)


def check_gradients(case: Case, run: LayerRun | None = None) -> None:
    """Compare owltf's gradients of a case with finite differences along a few directions.

    Bottoms and parameters are checked where the case has a `bottom_grad/I` or `param_grad/J`.
    """
    run = run or case.run()
    objective = Objective(case.layer())
    for key, grad in _gradients(case, run):
        assert grad is not None, f"{key}: no gradient"
        what, index = key.split("_grad/")
        objective.check(what, int(index), grad)


def gradient_case(
    net: str | Path,
    bottoms: Sequence[Any],
    *,
    params: Sequence[Any] = (),
    phase: str = "TRAIN",
    seed: int = 7,
    skip: Sequence[str] = (),
) -> Case:
    """Return a case of one's own, with random gradients on the tops, for `check_gradients`.

    Args:
        net: a prototxt: a path or text.
        bottoms: the bottoms.
        params: the parameter blobs.
        phase: "TRAIN" or "TEST".
        seed: what the gradients on the tops are drawn from.
        skip: what has no gradient, as `bottom_grad/1`.
    """
    arrays = [np.asarray(bottom, np.float32) for bottom in bottoms]
    values = [np.asarray(param, np.float32) for param in params]
    tops = run_layer(net, arrays, params=values, phase=phase).tops
    rng = np.random.default_rng(seed)
    expected = {f"bottom_grad/{index}": array for index, array in enumerate(arrays)}
    expected.update((f"param_grad/{index}", array) for index, array in enumerate(values))
    return Case(
        net=net,
        phase=phase,
        bottoms=arrays,
        params=values,
        top_grads=[rng.standard_normal(top.shape, dtype=np.float32) for top in tops],
        recorded={key: array for key, array in expected.items() if key not in skip},
    )


def save_and_load(net: Net, tmp_path: Path) -> Any:
    """Assert that a net's model, saved as `.keras` and loaded, gives the same outputs.

    Nothing in the file may need code: no Lambda, no pickle.

    Returns:
        The loaded model.
    """
    rng = np.random.default_rng(2)
    feeds = {
        name: rng.standard_normal(blob.shape, dtype=np.float32)
        for name, blob in net.input_blobs.items()
    }
    return compare_loaded(net, feeds, tmp_path)
