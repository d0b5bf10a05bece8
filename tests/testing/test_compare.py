"""Comparing figures: what is within the tolerance, and what is said where it is not."""

from __future__ import annotations

import numpy as np
import pytest
from bad_layers import GAIN, X, net

from owltf.testing import assert_close, check_layer
from owltf.testing.compare import assert_equal

TOP_GRAD = np.arange(12, dtype=np.float32).reshape(4, 3)


def test_a_layer_is_compared_with_all_that_is_expected() -> None:
    run = check_layer(
        net("Good"),
        [X],
        params=[GAIN],
        top_grads=[TOP_GRAD],
        tops=[X * GAIN],
        bottom_grads=[TOP_GRAD * GAIN],
        param_grads=[(TOP_GRAD * X).sum(0)],
        params_after=[GAIN],
    )
    assert run.tops[0].shape == X.shape


def test_what_is_none_is_not_compared() -> None:
    check_layer(net("Good"), [X], params=[GAIN], tops=[None])


def test_a_difference_is_told_with_its_place_and_both_values() -> None:
    expected = X * GAIN
    expected[2, 1] = 100
    message = (
        r"^top 0 \('top0'\) of Good layer 'layer': at \(2, 1\): got .*, expected 100; "
        "1 of 12 values differ$"
    )
    with pytest.raises(AssertionError, match=message):
        check_layer(net("Good"), [X], params=[GAIN], tops=[expected])


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("bottom_grads", r"^gradient of bottom 0 \('bottom0'\) of Good .*: got shape \(4, 3\)"),
        (
            "param_grads",
            r"^gradient of param 0 \('gain'\) of .*: got shape \(3,\), expected \(2,\)",
        ),
        ("params_after", r"^after the pass, param 0 .*: got shape \(3,\), expected \(2,\)$"),
    ],
)
def test_the_array_is_named(what: str, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_layer(net("Good"), [X], params=[GAIN], top_grads=[TOP_GRAD], **{what: [np.ones(2)]})


def test_another_number_of_arrays_is_told() -> None:
    message = r"^Good layer 'layer' has 1 tops, but 2 are expected$"
    with pytest.raises(AssertionError, match=message):
        check_layer(net("Good"), [X], tops=[X, X])


def test_a_gradient_that_is_missing_is_told() -> None:
    with pytest.raises(AssertionError, match=r"there is none; expected shape \(4, 3\)"):
        check_layer(net("no_gradient"), [X], top_grads=[X], bottom_grads=[X])


@pytest.mark.parametrize("got", [1.00005, 1.0])
def test_figures_within_the_tolerance_agree(got: float) -> None:
    assert_close(np.float32(got), np.float32(1))


def test_the_tolerance_can_be_given() -> None:
    assert_close([1.05, 0], [1, 0.04], rtol=0.1, atol=0.1)
    with pytest.raises(AssertionError, match=r"^it: at \(1,\): got 0, expected 0.04"):
        assert_close([1.05, 0], [1, 0.04], "it", rtol=0.1, atol=0.01)


def test_a_small_value_may_be_off_by_what_the_largest_leaves() -> None:
    assert_close([1e4, 0.05], [1e4, 0])


def test_what_is_not_a_number_must_be_so_in_both() -> None:
    assert_close([np.nan, np.inf], [np.nan, np.inf])
    with pytest.raises(AssertionError, match=r"at \(0,\): got nan, expected 1"):
        assert_close([np.nan, 1], [1, 1])


def test_a_scalar_has_no_place() -> None:
    with pytest.raises(AssertionError, match=r"^array: got 2, expected 1$"):
        assert_close(np.float32(2), np.float32(1))


def test_bits_count_where_arrays_must_be_equal() -> None:
    assert_equal(X, X.copy(), "x")
    nan = np.full((), np.nan, np.float32)
    assert_equal(nan, nan, "nan")
    with pytest.raises(AssertionError, match=r"^x: at \(\d, \d\): got .*; 12 of 12 values differ"):
        assert_equal(np.nextafter(X, np.float32(9)), X, "x")
    with pytest.raises(AssertionError, match=r"^zero: got -0, expected 0$"):
        assert_equal(np.float32(-0.0), np.float32(0), "zero")
    with pytest.raises(AssertionError, match=r"^x: got shape \(4, 3\), expected \(3, 4\)$"):
        assert_equal(X, X.T, "x")
