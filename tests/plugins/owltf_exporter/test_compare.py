"""Exports are compared with their net."""

from __future__ import annotations

import numpy as np
import pytest
from owltf_exporter.compare import difference, largest, random_inputs
from owltf_exporter.export_job import Exported

from owltf.api import OwltfError
from owltf.testing import net_of

NET = """
layer { name: "i" type: "Input" top: "i" top: "x"
  input_param { shape { dim: 2 dim: 3 } shape { dim: 2 dim: 4 } } }
layer { name: "e" type: "Embed" bottom: "i" top: "e"
  embed_param { input_dim: 5 num_output: 2 bias_term: false } }
layer { name: "y" type: "AbsVal" bottom: "x" top: "y" }
"""


def test_the_largest_difference_is_found() -> None:
    exported = Exported(net_of(NET))

    def run(arrays: object) -> dict[str, np.ndarray]:
        made = exported.net.forward(arrays)  # type: ignore[arg-type]
        return {**made, "y": made["y"] + 0.25 * (made["y"] == made["y"].max())}

    found = difference(exported, run)
    assert found.blob == "y"
    assert 0 < found.size <= 0.25
    with pytest.raises(OwltfError, match="'y' differs from the net's by .*nothing was written"):
        found.check(1e-4)
    assert found.check(0.25) == found


def test_inputs_of_an_embed_layer_are_its_rows() -> None:
    inputs = random_inputs(Exported(net_of(NET)), 4)
    assert set(inputs["i"].ravel()) <= {0, 1, 2, 3, 4}
    assert inputs["x"].shape == (4, 4)


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ([1.0, np.nan], "other values of it overflow"),
        ([1.0, np.inf], "other values of it overflow"),
        ([1.0], r"it is \(1,\), not \(2,\)"),
    ],
)
def test_what_is_no_number_differs(other: list[float], reason: str) -> None:
    found = largest({"y": np.array(other)}, {"y": np.array([1.0, 2.0])})
    assert (found.size, found.blob) == (np.inf, "y")
    with pytest.raises(OwltfError, match=f"'y' cannot be compared with the net's: {reason}"):
        found.check(1e-4)


def test_a_net_that_overflows_is_told() -> None:
    values = {"y": np.array([np.inf, np.nan])}
    found = largest(values, values)
    with pytest.raises(OwltfError, match="own values overflow on random inputs.*--tolerance inf"):
        found.check(1e-4)
    assert found.check(np.inf) == found


def test_time_and_regions_are_no_batch() -> None:
    net = net_of(
        """
layer { name: "x" type: "Input" top: "x" top: "go_on"
  input_param { shape { dim: 4 dim: 3 dim: 2 } shape { dim: 4 dim: 3 } } }
layer { name: "y" type: "LSTM" bottom: "x" bottom: "go_on" top: "y"
  recurrent_param { num_output: 2 } }
"""
    )
    inputs = random_inputs(Exported(net), 9)
    assert inputs["x"].shape == (4, 3, 2)
    assert set(inputs["go_on"].ravel()) == {0, 1}


def test_large_values_are_compared_by_their_part() -> None:
    assert largest({"y": np.array([1001.0])}, {"y": np.array([1000.0])}).size == 1e-3
