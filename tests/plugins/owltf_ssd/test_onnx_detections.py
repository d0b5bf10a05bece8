"""Detections are the same in onnxruntime, whether there are any or none."""

from __future__ import annotations

import numpy as np
import owltf_exporter
import owltf_ssd
import pytest
from fork_oracle import series
from oracle_layers import ORACLE

from owltf.testing import check_forms, use_plugins


@pytest.mark.parametrize("name", ["detection_output", "detection_output_corner"])
@pytest.mark.parametrize("factor", [1, 0])
def test_onnx_finds_the_same(name: str, factor: int, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("onnxruntime")
    loc, conf, priors = series(dict(np.load(ORACLE / f"{name}.npz")), "bottom")
    with use_plugins(owltf_ssd, owltf_exporter):
        check_forms(ORACLE / f"{name}.prototxt", [loc, conf * factor, priors])
    assert not capsys.readouterr().out
