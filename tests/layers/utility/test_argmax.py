"""ArgMax against Caffe and against NumPy, and its errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from channels_last import run_after_convolution
from oracle_case import check_case, one_layer, save_and_load
from replica_run import run_replicas

from owltf.errors import OwltfError
from owltf.runtime.user_errors import user_message
from owltf.testing import net_of, run_layer

# Whole numbers, so that many are equal.
X = np.random.default_rng(0).integers(0, 4, (3, 4, 5, 2)).astype(np.float32)


def argmax(fields: str, shape: tuple[int, ...] = X.shape) -> str:
    return one_layer(f'type: "ArgMax" argmax_param {{ {fields} }}', shape)


@pytest.mark.parametrize("name", ["argmax_axis", "argmax_val"])
def test_gives_caffes_figures(name: str) -> None:
    check_case(name)


def best(values: np.ndarray, top_k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the places and the values of the best of a row; of equal ones the last is first."""
    pairs = sorted(((value, place) for place, value in enumerate(values)), reverse=True)[:top_k]
    return np.array([place for _, place in pairs]), np.array([value for value, _ in pairs])


@pytest.mark.parametrize("what", [0, 1], ids=["places", "values"])
@pytest.mark.parametrize("top_k", [1, 2])
@pytest.mark.parametrize("axis", [0, 1, 2, 3, -1, -3])
def test_along_an_axis(axis: int, top_k: int, what: int) -> None:
    fields = f"axis: {axis} top_k: {top_k} out_max_val: {'true' if what else 'false'}"
    got = run_layer(argmax(fields), [X]).tops[0]
    wanted = np.apply_along_axis(lambda row: best(row, top_k)[what], axis, X)
    np.testing.assert_array_equal(got, wanted)
    assert net_of(argmax(fields)).blob_shapes["top0"] == wanted.shape


@pytest.mark.parametrize("top_k", [1, 3])
@pytest.mark.parametrize("rank", [1, 2, 3, 4])
def test_of_all_values_of_an_image(rank: int, top_k: int) -> None:
    bottom = X if rank == 4 else X.reshape(-1, 6)[:3] if rank == 2 else X.reshape(3, -1, 2)
    bottom = X.ravel()[:3] if rank == 1 else bottom
    top_k = 1 if rank == 1 else top_k
    pairs = [best(row, top_k) for row in bottom.reshape(3, -1)]
    ones = (1,) * (rank - 3)
    both = run_layer(argmax(f"top_k: {top_k} out_max_val: true", bottom.shape), [bottom]).tops[0]
    np.testing.assert_array_equal(both, np.reshape(pairs, (3, 2, top_k, *ones)))
    places = run_layer(argmax(f"top_k: {top_k}", bottom.shape), [bottom]).tops[0]
    np.testing.assert_array_equal(places, both[:, :1])


@pytest.mark.parametrize("axis", [1, 2, 3])
def test_along_an_axis_of_a_blob_after_a_convolution(axis: int) -> None:
    conv, top = run_after_convolution(f'type: "ArgMax" argmax_param {{ axis: {axis} }}')
    np.testing.assert_array_equal(top, conv.argmax(axis, keepdims=True))


def test_places_in_a_blob_after_a_convolution_are_caffes() -> None:
    conv, top = run_after_convolution('type: "ArgMax"')
    np.testing.assert_array_equal(top.ravel(), conv.reshape(2, -1).argmax(1))


def test_has_no_gradient() -> None:
    net = argmax("axis: 1 out_max_val: true")
    assert run_layer(net, [X], top_grads=[np.ones((3, 1, 5, 2))]).bottom_grads == [None]


def test_the_batch_is_not_searched_over_several_replicas() -> None:
    with pytest.raises(Exception, match="needs the whole batch on one device") as raised:
        run_replicas(argmax("axis: 0"), {"bottom0": X}, 2)
    assert "ArgMax layer 'layer'" in str(user_message(raised.value))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("axis: 1 top_k: 5", "top_k must be from 1 to 4, the number of values; got 5"),
        ("top_k: 0", "top_k must be from 1 to 40"),
        ("axis: 4", "axis 4 is out of range"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(fields: str, message: str) -> None:
    with pytest.raises(OwltfError, match=rf"^ArgMax layer 'layer' \(.*:2\): .*{message}"):
        net_of(argmax(fields))


@pytest.mark.parametrize("fields", ["axis: 1 top_k: 2", "out_max_val: true top_k: 3"])
def test_is_saved_and_loaded(fields: str, tmp_path: Path) -> None:
    save_and_load(net_of(argmax(fields)), tmp_path)
