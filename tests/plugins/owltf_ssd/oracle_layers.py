"""The figures of real SSD builds, compared with what the plugin's layers give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import owltf_ssd

from owltf.testing import LayerRun, run_layer, use_plugins

ORACLE = Path(__file__).parent / "oracle"


def series(arrays: dict[str, np.ndarray], what: str) -> list[np.ndarray]:
    """Return the arrays of one kind in their order."""
    count = sum(key.startswith(f"{what}/") for key in arrays)
    return [arrays[f"{what}/{index}"] for index in range(count)]


def check_oracle(name: str) -> LayerRun:
    """Compare every recorded top and gradient of a case."""
    arrays = dict(np.load(ORACLE / f"{name}.npz"))
    with use_plugins(owltf_ssd):
        run = run_layer(
            ORACLE / f"{name}.prototxt",
            series(arrays, "bottom"),
            params=series(arrays, "param"),
            top_grads=series(arrays, "top_grad") or None,
            phase=str(arrays["phase"]),
        )
    got = {"top": run.tops, "bottom_grad": run.bottom_grads, "param_grad": run.param_grads}
    for key, wanted in arrays.items():
        what, _, index = key.partition("/")
        if what in got:
            array = got[what][int(index)]
            assert array is not None, key
            assert array.shape == wanted.shape, key
            scale = np.abs(wanted).max()
            np.testing.assert_allclose(array, wanted, rtol=1e-4, atol=1e-5 * scale, err_msg=key)
    return run
