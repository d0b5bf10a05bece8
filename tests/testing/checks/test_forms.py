"""check_forms: what plugins make of a layer is checked by them."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

import bad_layers
import numpy as np
import owltf_exporter
import pytest
from bad_layers import GAIN, X, net

from owltf.api import Net, hookimpl
from owltf.testing import check_converter, check_forms, use_plugins

pytest.importorskip("onnx", reason="onnx is not installed: owltf[onnx]")
pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")


def check(caffe_type: str) -> None:
    """Check a layer with the plugin that exports."""
    with use_plugins(bad_layers, owltf_exporter):
        check_forms(net(caffe_type), [X], params=[GAIN])


def test_a_form_that_gives_the_same_passes(capsys: pytest.CaptureFixture[str]) -> None:
    check("WithForm")
    check("Good")
    assert not capsys.readouterr().out


def test_a_form_that_gives_something_else_is_told() -> None:
    with pytest.raises(AssertionError, match=r"must give in onnxruntime what .*; output 'top0' of"):
        check("OtherForm")


def test_it_is_part_of_the_contract() -> None:
    with (
        use_plugins(bad_layers, owltf_exporter),
        pytest.raises(AssertionError, match="ONNX form must give"),
    ):
        check_converter(net("OtherForm"), [X], params=[GAIN])


def test_a_form_for_one_batch_is_told() -> None:
    with pytest.raises(AssertionError, match=r"cannot run it on inputs .*\(8, 3\)"):
        check("FormOfFourRows")


def test_what_has_no_form_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    check("RefusedForm")
    assert capsys.readouterr().out == (
        "the ONNX form of RefusedForm layer 'layer' is not checked: --format onnx cannot write "
        "layer 'layer': a gain\n"
    )


def test_without_the_exporter_that_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    for caffe_type in ("WithForm", "Good"):
        check_forms(net(caffe_type), [X])
    assert capsys.readouterr().out == (
        "the ONNX form of WithForm layer 'layer' is not checked: no plugin is loaded that exports\n"
    )


def test_any_plugin_may_check() -> None:
    seen = {}

    @hookimpl
    def owltf_check_layer(net: Net, bottoms: Mapping[str, np.ndarray]) -> None:
        seen.update(bottoms, phase=net.phase)

    with use_plugins(bad_layers, SimpleNamespace(owltf_check_layer=owltf_check_layer)):
        check_forms(net("Good"), [X])
    assert seen["phase"] == "TEST"
    np.testing.assert_array_equal(seen["bottom0"], X)
