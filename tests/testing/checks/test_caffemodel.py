"""check_caffemodel: parameters and fields in Caffe's binary files."""

from __future__ import annotations

import numpy as np
import pytest
from bad_layers import GAIN, net

from owltf.testing import check_caffemodel, one_layer
from owltf.testing.checks import caffemodel

PRODUCT = one_layer('type: "InnerProduct" inner_product_param { num_output: 2 }', (4, 3))


def test_parameters_go_through_the_file() -> None:
    rng = np.random.default_rng(0)
    check_caffemodel(PRODUCT, params=[rng.normal(size=(2, 3)), rng.normal(size=2)])
    check_caffemodel(PRODUCT)


def test_a_layer_without_parameters_has_fields() -> None:
    check_caffemodel(one_layer('type: "ReLU" relu_param { negative_slope: 0.5 }', (2, 3)))


def test_digits_that_are_lost_on_the_way_in_are_told() -> None:
    message = (
        r"^a net must hold the blobs it is given; param 0 \('gain'\) of Lossy layer 'layer': at "
        r"\(0,\): got 0, expected 0.5; 1 of 3 values differ$"
    )
    with pytest.raises(AssertionError, match=message):
        check_caffemodel(net("Lossy"), params=[GAIN])


def test_what_the_file_changes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caffemodel, "load_weights", lambda *arguments: None)
    message = r"^a layer must come out of a caffemodel as it went in; param 0 \('gain'\) of Good"
    with pytest.raises(AssertionError, match=message):
        check_caffemodel(net("Good"), params=[GAIN])


def test_a_field_that_is_lost_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    save = caffemodel.save_weights

    def save_less(net: object, path: object) -> None:
        save(net, path)
        parameter = type(net.graph.source.parameter).FromString(path.read_bytes())
        parameter.layer[-1].ClearField("inner_product_param")
        path.write_bytes(parameter.SerializeToString())

    monkeypatch.setattr(caffemodel, "save_weights", save_less)
    message = r"as it went in; fields of InnerProduct layer 'layer': got .*, expected .*num_output"
    with pytest.raises(AssertionError, match=message):
        check_caffemodel(PRODUCT)
