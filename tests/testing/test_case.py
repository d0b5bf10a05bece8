"""A layer with what its checks need, and the names in their messages."""

from __future__ import annotations

import numpy as np
from bad_layers import GAIN, X, net

from owltf.testing.case import BlobNames, LayerCase, one_line


def test_a_case_makes_arrays_of_what_it_is_given() -> None:
    case = LayerCase.of(net("Good", (1, 3)), [[[1, 2, 3]]], [[1, 2, 3]], [[[1, 1, 1]]])
    assert case.top_grads is not None
    assert {each.dtype for each in (*case.bottoms, *case.params, *case.top_grads)} == {
        np.dtype(np.float32)
    }
    np.testing.assert_array_equal(case.run().tops[0], [[1, 4, 9]])


def test_each_build_is_a_net_of_its_own() -> None:
    case = LayerCase.of(net("Good"), [X], [GAIN], phase="TEST")
    first, second = case.build(), case.build()
    assert first.phase == "TEST"
    first.set_params({"layer": [GAIN * 2]})
    np.testing.assert_array_equal(second.get_params()["layer"][0], GAIN)
    assert list(case.feeds(first)) == ["bottom0"]


def test_blobs_are_named_with_their_layer() -> None:
    names = BlobNames(net_with_gain())
    assert str(names) == "Good layer 'layer'"
    assert names("bottom", 0) == "bottom 0 ('bottom0') of Good layer 'layer'"
    assert names("top", 0) == "top 0 ('top0') of Good layer 'layer'"
    assert names("param", 0) == "param 0 ('gain') of Good layer 'layer'"


def net_with_gain() -> object:
    return LayerCase.of(net("Good"), [X], []).build()


def test_errors_are_told_in_one_line() -> None:
    assert one_line(ValueError("\x1b[1mtwo\x1b[0m\n lines")) == "ValueError: two lines"
    assert one_line(ValueError("before owltf![its own words]owltf after")) == "its own words"
