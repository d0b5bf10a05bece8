"""Arrays are checked against the blobs that they are for."""

from __future__ import annotations

import numpy as np
import pytest

from owltf.errors import OwltfError
from owltf.net.input_arrays import InputArrays

TAKES = InputArrays("net 'n'", {"x": (2, 3, 4, 5), "y": ()})


def test_any_batch_and_size_of_images() -> None:
    values = TAKES.tensors({"y": 1, "x": np.ones((7, 3, 8, 5), np.float64)})
    assert {name: (value.shape, value.dtype.name) for name, value in values.items()} == {
        "x": ((7, 3, 8, 5), "float32"),
        "y": ((), "float32"),
    }
    assert TAKES.of_other_sizes(values) == ["x"]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"y": 1}, r"^net 'n' takes the inputs \['x', 'y'\]; missing: \['x'\], not among them: \["),
        ({"x": np.ones((2, 3, 4, 5)), "y": 1, "z": 1}, r"missing: \[\], not among them: \['z'\]$"),
        ({"x": np.ones((2, 2, 4, 5)), "y": 1}, r"^input 'x' of net 'n' has shape \(2, 3, 4, 5\)"),
        ({"x": np.ones((3, 4, 5)), "y": 1}, r"\(any batch\), got \(3, 4, 5\)$"),
        ({"x": np.ones((2, 3, 4, 5)), "y": [1]}, r"^input 'y' of net 'n' has shape \(\) \(any"),
    ],
)
def test_other_axes_and_names_are_refused(arrays: dict, message: str) -> None:
    with pytest.raises(OwltfError, match=message):
        TAKES.tensors(arrays)


def test_what_needs_no_look_is_taken_as_it_is() -> None:
    x, y = np.ones((7, 3, 4, 5), np.float32), np.array(1, np.float32)
    found = TAKES.ready({"y": y, "x": x})
    assert found is not None
    assert [*found] == ["x", "y"]
    assert found["x"] is x
    assert found["y"] is y


@pytest.mark.parametrize(
    "other",
    [
        {"x": np.ones((7, 3, 8, 5), np.float32)},
        {"x": np.ones((7, 3, 4, 5), np.float64)},
        {"x": np.ones((0, 3, 4, 5), np.float32)},
        {"x": np.ones((7, 3, 4, 5), np.float32).tolist()},
        {"y": np.ones(1, np.float32)},
        {"y": None},
        {"z": np.ones(1, np.float32)},
    ],
)
def test_what_needs_a_look(other: dict) -> None:
    x, y = np.ones((7, 3, 4, 5), np.float32), np.array(1, np.float32)
    assert TAKES.ready({"x": x, "y": y}) is not None
    assert TAKES.ready({"x": x, "y": y, **other}) is None
    assert InputArrays("net 'n'", {"x": (2,)}).ready({"x": y}) is None


def test_one_size_of_images() -> None:
    assert TAKES.tensors_of_one_size({"x": np.ones((7, 3, 4, 5)), "y": 1})["x"].shape[0] == 7
    takes = InputArrays("net 'n'", TAKES.shapes, "top gradient")
    with pytest.raises(OwltfError, match=r"^top gradient 'x' of net 'n' has .* got \(7, 3, 4, 6\)"):
        takes.tensors_of_one_size({"x": np.ones((7, 3, 4, 6)), "y": 1})
