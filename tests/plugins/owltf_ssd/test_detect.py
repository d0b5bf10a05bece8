"""Without detections there is a row of -1 for each image."""

from __future__ import annotations

import numpy as np
import owltf_ssd
from fork_oracle import series
from oracle_layers import ORACLE

from owltf.testing import run_layer, use_plugins


def test_no_detection_at_all() -> None:
    loc, conf, priors = series(dict(np.load(ORACLE / "detection_output.npz")), "bottom")
    with use_plugins(owltf_ssd):
        run = run_layer(ORACLE / "detection_output.prototxt", [loc, conf * 0, priors])
    np.testing.assert_array_equal(run.tops[0], [[[[0, *[-1] * 6], [1, *[-1] * 6]]]])
