"""Crop against Caffe and against NumPy, and its errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from channels_last import run_after_convolution
from oracle_case import check_case, check_gradients, gradient_case, one_layer, save_and_load
from replica_run import run_replicas

from owltf.errors import OwltfError
from owltf.runtime.user_errors import user_message
from owltf.testing import net_of, run_layer

X = np.random.default_rng(0).standard_normal((3, 4, 5, 6)).astype(np.float32)


def crop(fields: str, *like: int) -> str:
    return one_layer(f'type: "Crop" crop_param {{ {fields} }}', X.shape, like)


def test_gives_caffes_figures() -> None:
    check_case("crop")


@pytest.mark.parametrize(
    ("fields", "like", "wanted"),
    [
        ("", (1, 1, 3, 2), X[:, :, :3, :2]),
        ("offset: 2", (1, 1, 3, 2), X[:, :, 2:5, 2:4]),
        ("offset: 2 offset: 0", (1, 1, 3, 2), X[:, :, 2:5, :2]),
        ("axis: 1 offset: 1", (1, 2, 3, 2), X[:, 1:3, 1:4, 1:3]),
        ("axis: 3 offset: 4", (1, 1, 1, 2), X[..., 4:6]),
        ("axis: -1 offset: 4", (1, 1, 1, 2), X[..., 4:6]),
        ("axis: 0 offset: 1", (2, 2, 3, 2), X[1:3, 1:3, 1:4, 1:3]),
    ],
)
def test_cuts_to_the_size_of_the_other(
    fields: str, like: tuple[int, ...], wanted: np.ndarray
) -> None:
    net = crop(fields, *like)
    case = gradient_case(net, [X, np.zeros(like)])
    run = case.run()
    np.testing.assert_array_equal(run.tops[0], wanted)
    check_gradients(case, run)
    np.testing.assert_array_equal(run.bottom_grads[1], np.zeros(like))
    assert net_of(net).blob_shapes["top0"] == wanted.shape


@pytest.mark.parametrize("axis", [1, 2, 3])
def test_of_a_blob_after_a_convolution(axis: int) -> None:
    like = np.zeros((2, 3, 2, 4), np.float32)
    fields = f'type: "Crop" crop_param {{ axis: {axis} offset: 1 }}'
    conv, top = run_after_convolution(fields, [like])
    cuts = [slice(None), slice(1, 4), slice(1, 3), slice(1, 5)]
    cuts = [cut if index >= axis else slice(None) for index, cut in enumerate(cuts)]
    np.testing.assert_array_equal(top, conv[tuple(cuts)])


def test_the_batch_is_not_cut_over_several_replicas() -> None:
    with pytest.raises(Exception, match="needs the whole batch on one device") as raised:
        run_replicas(crop("axis: 0", 3, 2, 2, 2), {"bottom0": X, "bottom1": X[:, :2, :2, :2]}, 2)
    assert "Crop layer 'layer'" in str(user_message(raised.value))


@pytest.mark.parametrize(
    ("fields", "like", "message"),
    [
        ("offset: 3", (1, 1, 3, 2), r"\(3, 2\) from \(3, 3\) on does not lie within 'bottom0'"),
        ("", (1, 1, 6, 2), r"\(6, 2\) from \(0, 0\) on does not lie within"),
        ("offset: 1 offset: 1 offset: 1", (1, 1, 2, 2), "one offset or one for each of the 2 axes"),
        ("axis: 4", (1, 1, 2, 2), "axis 4 is out of range"),
        ("axis: 1", (1, 1, 2), "bottoms differ in axes"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(
    fields: str, like: tuple[int, ...], message: str
) -> None:
    with pytest.raises(OwltfError, match=rf"^Crop layer 'layer' \(.*:3\): .*{message}"):
        net_of(crop(fields, *like))


def test_another_size_of_the_other_is_followed() -> None:
    top = run_layer(crop("offset: 1", 3, 1, 2, 2), [X, np.zeros((3, 1, 2, 2))]).tops[0]
    np.testing.assert_array_equal(top, X[:, :, 1:3, 1:3])


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    save_and_load(net_of(crop("offset: 1", 3, 1, 2, 2)), tmp_path)
