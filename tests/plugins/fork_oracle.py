"""The figures of real builds of Caffe's forks, compared with what plugins' layers give."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np

from owltf.testing import LayerRun, run_layer, use_plugins


def series(arrays: dict[str, np.ndarray], what: str) -> list[np.ndarray]:
    """Return the arrays of one kind in their order."""
    count = sum(key.startswith(f"{what}/") for key in arrays)
    return [arrays[f"{what}/{index}"] for index in range(count)]


def check_fork(case: Path, *plugins: ModuleType) -> LayerRun:
    """Compare every recorded top, gradient and changed parameter of a case.

    Args:
        case: its prototxt, which has the figures beside it.
        *plugins: the plugins that bring the layer.
    """
    arrays = dict(np.load(case.with_suffix(".npz")))
    with use_plugins(*plugins):
        run = run_layer(
            case,
            series(arrays, "bottom"),
            params=series(arrays, "param"),
            top_grads=series(arrays, "top_grad") or None,
            phase=str(arrays["phase"]),
        )
    got = {"top": run.tops, "bottom_grad": run.bottom_grads, "param_grad": run.param_grads}
    got["param_after"] = run.params_after
    for key, wanted in arrays.items():
        what, _, index = key.partition("/")
        if what in got:
            array = got[what][int(index)]
            assert array is not None, key
            assert array.shape == wanted.shape, key
            scale = np.abs(wanted).max()
            np.testing.assert_allclose(array, wanted, rtol=1e-4, atol=1e-5 * scale, err_msg=key)
    return run
