"""Tests of how many inputs and outputs a weight has."""

import pytest

from owltf.caffe.schema.schema import load_schema
from owltf.fillers.fan_size import fan


@pytest.mark.parametrize(
    ("shape", "fan_in", "fan_out"),
    [((20, 50), 50, 20), ((96, 3, 11, 11), 363, 96 * 121), ((7,), 1, 7)],
)
def test_caffe_leaves_out_axis_0_or_axis_1(
    shape: tuple[int, ...], fan_in: int, fan_out: int
) -> None:
    parameter = load_schema().message("FillerParameter")
    assert fan(shape, parameter()) == fan_in
    assert fan(shape, parameter(variance_norm="FAN_OUT")) == fan_out
    assert fan(shape, parameter(variance_norm="AVERAGE")) == (fan_in + fan_out) / 2
