"""The check of a layer's ONNX form, where it cannot be made; tests/testing has the others."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from owltf_exporter.layer_check import check_layer

from owltf.testing import net_of, one_layer

X = {"bottom0": np.ones((2, 3), np.float32)}


def test_without_the_packages_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "owltf_exporter.formats.onnx_file", raising=False)
    monkeypatch.delattr("owltf_exporter.formats.onnx_file", raising=False)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert check_layer(net_of(one_layer('type: "ReLU"', (2, 3))), X) == (
        "the ONNX form of ReLU layer 'layer' is not checked: --format onnx needs the package "
        "onnxruntime; install owltf[onnx]"
    )


def test_what_has_no_form_needs_no_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert check_layer(net_of(one_layer('type: "Dropout"', (2, 3))), X) is None
