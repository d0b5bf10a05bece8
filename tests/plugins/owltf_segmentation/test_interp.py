"""Interp gives DeepLab's figures, and keeps the contract of layers."""

from __future__ import annotations

import numpy as np
import owltf_segmentation
import pytest
from segmentation_layers import X, check_oracle, keeps_the_contract, run

from owltf.errors import OwltfError
from owltf.testing import net_of, one_layer, use_plugins


@pytest.mark.parametrize("name", ["interp_shrink_pad", "interp_size", "interp_zoom"])
def test_the_forks_figures(name: str) -> None:
    check_oracle(name)


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        ("height: 7 width: 5", (7, 5)),
        ("height: 1 width: 1", (1, 1)),
        ("zoom_factor: 3", (13, 16)),
        ("shrink_factor: 3", (2, 2)),
        ("shrink_factor: 2 zoom_factor: 4", (9, 9)),
        ("height: 4 width: 4 pad_beg: -1 pad_end: -2", (4, 4)),
    ],
)
def test_it_is_linear_between_corners(fields: str, size: tuple[int, int]) -> None:
    net = one_layer(f'type: "Interp" interp_param {{ {fields} }}', X.shape)
    kept = X[:, :, 1:3, 1:4] if "pad" in fields else X
    rows, columns = (matrix(*pair) for pair in zip(kept.shape[2:], size, strict=True))
    grad = np.ones((4, 3, *size), np.float32)
    got = run(net, X, top_grads=[grad])
    wanted = np.einsum("ah,bw,nchw->ncab", rows, columns, kept)
    np.testing.assert_allclose(got.tops[0], wanted, rtol=1e-4, atol=1e-5)
    back = np.einsum("ah,bw,ncab->nchw", rows, columns, grad)
    given = got.bottom_grads[0]
    given = given[:, :, 1:3, 1:4] if "pad" in fields else given
    np.testing.assert_allclose(given, back, rtol=1e-4, atol=1e-5)


def matrix(size: int, out: int) -> np.ndarray:
    """Return what each of `out` places takes of `size` ones, the corners in place."""
    at = np.linspace(0, size - 1, out) if out > 1 else np.zeros(1)
    return np.maximum(1 - np.abs(at[:, None] - np.arange(size)), 0)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("", "needs height and width"),
        ("zoom_factor: 0", "must be at least 1"),
        ("zoom_factor: 2 pad_beg: -5", "nothing is left"),
        ("zoom_factor: 2 pad_end: 1", "is not supported"),
    ],
)
def test_what_has_no_size_is_refused(fields: str, told: str) -> None:
    net = one_layer(f'type: "Interp" interp_param {{ {fields} }}', X.shape)
    with use_plugins(owltf_segmentation), pytest.raises(OwltfError, match=told):
        net_of(net)


@pytest.mark.parametrize("fields", ["zoom_factor: 2", "height: 3 width: 11", "shrink_factor: 2"])
def test_what_every_layer_keeps(fields: str) -> None:
    keeps_the_contract(one_layer(f'type: "Interp" interp_param {{ {fields} }}', X.shape), X)
